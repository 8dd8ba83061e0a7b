import { type NetConnectOpts, type Socket, connect } from 'node:net';
import { ResponseReader } from './response-reader';

const maxResponseBytes = 32 * 1024 * 1024;

/** A request that was sent, until its response has come. */
export interface Pending {
  readonly resolve: (status: number, text: string) => void;
  readonly reject: (reason: Error) => void;
}

/**
 * One kept-alive connection on which requests do not wait for each other's responses (pipelining, RFC 9112 §9.3.2). What
 * is sent in one turn of the event loop leaves in one write.
 */
export class Connection {
  private readonly socket: Socket;
  private readonly reader = new ResponseReader(maxResponseBytes);
  private pending: Pending[] = [];
  private outgoing = '';
  private isAscii = true;
  isOpen = true;

  constructor(
    address: NetConnectOpts,
    private readonly onClose: (connection: Connection) => void,
  ) {
    this.socket = connect(address);
    this.socket.setNoDelay(true);
    this.socket.on('data', this.receive);
    this.socket.on('error', (error) => {
      this.end(error);
    });
    this.socket.on('close', () => {
      this.end(new Error('The connection was closed'));
    });
  }

  /** How many responses are awaited. */
  get depth(): number {
    return this.pending.length;
  }

  /** @param isAscii whether each character of the request is one byte: then it need not be encoded */
  send(request: string, isAscii: boolean, pending: Pending): void {
    this.pending.push(pending);
    // After everything else that this turn brings: a busy gateway hears several clients in one turn.
    if (this.outgoing === '') setImmediate(this.flush);
    this.outgoing += request;
    this.isAscii &&= isAscii;
  }

  /** Rejects whatever is awaited. */
  end(reason: Error): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.onClose(this);
    this.socket.destroy();
    const { pending } = this;
    this.pending = [];
    for (const { reject } of pending) reject(reason);
  }

  private readonly flush = (): void => {
    const { outgoing, isAscii } = this;
    this.outgoing = '';
    this.isAscii = true;
    if (this.isOpen) this.socket.write(outgoing, isAscii ? 'latin1' : 'utf8');
  };

  private readonly receive = (chunk: Buffer): void => {
    try {
      for (const { status, text, isLast } of this.reader.read(chunk)) {
        this.pending.shift()?.resolve(status, text);
        if (isLast) this.end(new Error('The server closed the connection'));
      }
    } catch (error) {
      this.end(error as Error);
    }
  };
}
