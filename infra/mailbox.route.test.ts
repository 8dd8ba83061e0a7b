import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { DevMailbox } from '#shared/mail';
import { mailboxRoute } from './mailbox.route';

describe('the development mailbox', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  async function serve(mailbox: DevMailbox | null): Promise<{ url: string; port: number }> {
    const route = mailboxRoute(mailbox);
    const server = createServer((request, response) => {
      route.handle(request, response);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return { port, url: `http://127.0.0.1:${String(port)}/dev/mailbox` };
  }

  test('shows a mail once, however often it was sent, to this machine only, under this machine’s name', async () => {
    const mailbox = new DevMailbox('no-reply@platform.example');
    const mail = { deliveryId: 'one', to: 'a@b.example', subject: 'Hello', text: 'Words' };
    await mailbox.send(mail);
    await mailbox.send(mail);
    const { url, port } = await serve(mailbox);
    const answer = await fetch(url);
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(await answer.json()).toMatchObject([{ messageId: '<one@platform.example>', to: 'a@b.example' }]);
    expect((await fetch(url, { method: 'POST' })).status).toBe(405);
    const rebound = await new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.end('GET /dev/mailbox HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n');
      });
      socket.on('data', (data) => {
        resolve(data.toString());
      });
    });
    expect(rebound).toMatch(/^HTTP\/1\.1 403/);
  });

  test('is not there when mail goes out by SMTP', async () => {
    const { url } = await serve(null);
    expect((await fetch(url)).status).toBe(404);
  });
});
