import { type Socket, connect } from 'node:net';

export interface HttpAnswer {
  readonly status: number;
  readonly body: Buffer;
}

interface Waiting {
  readonly resolve: (answer: HttpAnswer) => void;
  readonly reject: (error: Error) => void;
}

const headEnd = Buffer.from('\r\n\r\n');

/** One kept-alive HTTP/1.1 connection with one request at a time: as little work as a client can be. */
export class HttpConnection {
  private socket: Socket | null = null;
  private waiting: Waiting | null = null;
  private chunks: Buffer[] = [];
  private received = 0;
  /** Bytes of the answer that has begun; null until its head is here, or where its end is marked by a last chunk. */
  private expected: number | null = null;

  constructor(private readonly port: number) {}

  exchange(request: Buffer): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.socket ??= this.open();
      this.socket.write(request);
    });
  }

  close(): void {
    this.socket?.destroy();
  }

  private open(): Socket {
    const socket = connect(this.port, '127.0.0.1').setNoDelay();
    socket.on('data', (chunk) => this.receive(chunk));
    const fail = (error?: Error): void => {
      if (this.socket === socket) this.socket = null;
      this.settle()?.reject(error ?? new Error('The connection was closed'));
    };
    return socket.on('error', fail).on('close', () => fail());
  }

  private receive(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.received += chunk.length;
    if (this.expected !== null && this.received < this.expected) return;
    const all = this.chunks.length === 1 ? chunk : Buffer.concat(this.chunks);
    this.chunks = [all];
    const head = readHead(all);
    if (!head) return;
    this.expected = head.length === null ? null : head.bodyAt + head.length;
    const body = head.length === null ? unchunked(all, head.bodyAt) : bodyOf(all, head.bodyAt, head.length);
    if (body) this.settle()?.resolve({ status: head.status, body });
  }

  private settle(): Waiting | null {
    const { waiting } = this;
    this.waiting = null;
    this.chunks = [];
    this.received = 0;
    this.expected = null;
    return waiting;
  }
}

interface Head {
  readonly status: number;
  readonly bodyAt: number;
  /** Null for a chunked body. */
  readonly length: number | null;
}

function readHead(all: Buffer): Head | null {
  const end = all.indexOf(headEnd);
  if (end < 0) return null;
  const text = all.toString('latin1', 0, end);
  const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
  return { status: Number(text.slice(9, 12)), bodyAt: end + headEnd.length, length: length ? Number(length) : null };
}

function bodyOf(all: Buffer, at: number, length: number): Buffer | null {
  return all.length < at + length ? null : all.subarray(at, at + length);
}

/** RFC 9112 §7.1, without extensions and trailers. @returns null while the last chunk is missing */
function unchunked(all: Buffer, bodyAt: number): Buffer | null {
  const parts: Buffer[] = [];
  for (let at = bodyAt; ;) {
    const lineEnd = all.indexOf('\r\n', at);
    if (lineEnd < 0) return null;
    const size = parseInt(all.toString('latin1', at, lineEnd), 16);
    const next = lineEnd + 2 + size + 2;
    if (all.length < next) return null;
    if (size === 0) return Buffer.concat(parts);
    parts.push(all.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = next;
  }
}
