import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** As much of RFC 5321 as a client sees of it. */
export class SmtpServer {
  /** `forgetful` takes a mail and breaks off before it says so. */
  mode: 'up' | 'down' | 'unknown-address' | 'forgetful' = 'up';
  readonly mails: string[] = [];

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async start(): Promise<SmtpServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const smtp = new SmtpServer(server, (server.address() as AddressInfo).port);
    server.on('connection', (socket) => smtp.serve(socket));
    return smtp;
  }

  stop(): void {
    this.server.close();
  }

  private serve(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    if (this.mode === 'down') {
      socket.destroy();
      return;
    }
    let text = '';
    let inData = false;
    socket.write('220 ready\r\n');
    socket.on('data', (chunk) => {
      text += chunk.toString();
      for (let end = text.indexOf('\r\n'); end >= 0 && !inData; end = text.indexOf('\r\n')) {
        const line = text.slice(0, end);
        text = text.slice(end + 2);
        inData = /^DATA/i.test(line);
        socket.write(`${this.reply(line)}\r\n`);
      }
      if (!inData || !text.endsWith('\r\n.\r\n')) return;
      this.mails.push(text);
      text = '';
      inData = false;
      if (this.mode === 'forgetful') socket.destroy();
      else socket.write('250 taken\r\n');
    });
  }

  private reply(line: string): string {
    if (/^DATA/i.test(line)) return '354 go on';
    if (/^QUIT/i.test(line)) return '221 bye';
    if (/^RCPT/i.test(line) && this.mode === 'unknown-address') return '550 no such user';
    return '250 fine';
  }
}
