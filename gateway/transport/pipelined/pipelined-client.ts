import { type NetConnectOpts } from 'node:net';
import { type CancelSignal } from '../cancel-signal';
import { type Deadlines } from '../deadlines';
import { type ReadResponse, resolveWith } from '../http-post';
import { Connection } from './connection';

export interface PipelinedClientOptions {
  readonly address: NetConnectOpts;
  /** Value of the Host header. */
  readonly host: string;
  readonly path: string;
  readonly connections: number;
  /** Requests that may await their responses on one connection before another one is opened. */
  readonly pipelining: number;
  readonly deadlines: Deadlines;
}

interface PostHow<T> {
  readonly signal: CancelSignal | null;
  readonly read: ReadResponse<T>;
}

/**
 * Sends requests that may safely be sent again. A response that is late takes those behind it on its connection along
 * (head-of-line blocking): the connection is closed then, and they fail as if it had been lost.
 */
export class PipelinedClient {
  private readonly open: Connection[] = [];
  private readonly head: string;

  constructor(private readonly options: PipelinedClientOptions) {
    const { path, host } = options;
    this.head = `POST ${path} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\naccept: application/json\r\n`;
  }

  /**
   * @param headers names in lower case; values are the gateway's own and hold no line breaks
   * @param how `signal` fires when nobody waits for the answer any more
   */
  post<T>(headers: Readonly<Record<string, string>>, body: string, { signal, read }: PostHow<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const connection = this.choose();
      const deadline = this.options.deadlines.set(() => {
        reject(new DOMException('The request was ended', 'TimeoutError'));
        connection.end(new Error('A response before this one is late'));
      });
      const onAbort = (): void => {
        settle();
        reject(new DOMException('The request was ended', 'AbortError'));
      };
      const settle = (): void => {
        deadline.cancel();
        signal?.removeEventListener('abort', onAbort);
      };
      signal?.addEventListener('abort', onAbort);
      const sizeBytes = Buffer.byteLength(body);
      connection.send(this.write(headers, body, sizeBytes), sizeBytes === body.length, {
        resolve: (status, text) => {
          settle();
          resolveWith(() => read(status, text), { resolve, reject });
        },
        reject: (reason) => {
          settle();
          reject(reason);
        },
      });
    });
  }

  close(): void {
    for (const connection of [...this.open]) connection.end(new Error('The gateway is stopping'));
  }

  private write(headers: Readonly<Record<string, string>>, body: string, sizeBytes: number): string {
    let text = this.head;
    for (const name in headers) text += `${name}: ${headers[name] ?? ''}\r\n`;
    return `${text}content-length: ${String(sizeBytes)}\r\n\r\n${body}`;
  }

  /**
   * The first that is not as deep as it may be: what goes the same way leaves in one write. Otherwise a new one, or the least
   * busy when there may be no more.
   */
  private choose(): Connection {
    const { address, connections, pipelining } = this.options;
    let least: Connection | undefined;
    for (const connection of this.open) {
      if (connection.depth < pipelining) return connection;
      if (!least || connection.depth < least.depth) least = connection;
    }
    if (least && this.open.length >= connections) return least;
    const connection = new Connection(address, (closed) => {
      this.open.splice(this.open.indexOf(closed), 1);
    });
    this.open.push(connection);
    return connection;
  }
}
