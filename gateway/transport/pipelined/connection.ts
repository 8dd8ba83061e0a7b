import { type NetConnectOpts, type Socket, connect } from 'node:net';
import { ResponseReader } from './response-reader';

const maxResponseBytes = 32 * 1024 * 1024;

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** A request that was sent, until its response has come. */
export interface Pending {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: Error) => void;
}

/**
 * One kept-alive connection on which requests do not wait for each other's responses (pipelining, RFC 9112 §9.3.2). What
 * is sent in one turn of the event loop leaves in one packet.
 */
export class Connection {
  private readonly socket: Socket;
  private readonly reader = new ResponseReader(maxResponseBytes);
  private pending: Pending[] = [];
  private outgoing = '';
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

  send(request: string, pending: Pending): void {
    this.pending.push(pending);
    if (this.outgoing === '') process.nextTick(this.flush);
    this.outgoing += request;
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
    const { outgoing } = this;
    this.outgoing = '';
    if (this.isOpen) this.socket.write(outgoing);
  };

  private readonly receive = (chunk: Buffer): void => {
    try {
      for (const { status, text, isLast } of this.reader.read(chunk)) {
        this.pending.shift()?.resolve({ status, text });
        if (isLast) this.end(new Error('The server closed the connection'));
      }
    } catch (error) {
      this.end(error as Error);
    }
  };
}
