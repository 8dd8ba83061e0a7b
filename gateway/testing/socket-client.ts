import { once } from 'node:events';
import { type FormattedExecutionResult } from 'graphql';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

export interface SocketClient {
  /** Results of one subscription, as they come. Resolves once the gateway has taken it up. */
  subscribe(
    query: string,
    variables?: Record<string, unknown>,
    extensions?: Record<string, unknown>,
  ): AsyncIterableIterator<FormattedExecutionResult>;
  dispose(): Promise<void>;
}

/** A client as a browser has it. */
export function connectClient(url: string, authorization: string): SocketClient {
  const client: Client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization },
    retryAttempts: 0,
    lazy: true,
  });
  return {
    subscribe: (query, variables, extensions) =>
      client.iterate({
        query,
        ...(variables && { variables }),
        ...(extensions && { extensions }),
      }) as AsyncIterableIterator<FormattedExecutionResult>,
    dispose: async () => {
      await client.dispose();
    },
  };
}

/** A socket that sends what it likes. */
export class RawSocket {
  readonly messages: Record<string, unknown>[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  private arrived: (() => void) | null = null;
  private closing: { code: number; reason: string } | null = null;

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (message: Buffer) => {
      this.messages.push(JSON.parse(message.toString('utf8')) as Record<string, unknown>);
      this.arrived?.();
    });
    this.closed = new Promise((resolve) => {
      socket.once('close', (code: number, reason: Buffer) => {
        this.closing = { code, reason: reason.toString('utf8') };
        resolve(this.closing);
        this.arrived?.();
      });
    });
  }

  static async open(
    url: string,
    headers: Record<string, string> = {},
    protocols = ['graphql-transport-ws'],
  ): Promise<RawSocket> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, protocols, { headers });
    await once(socket, 'open');
    return new RawSocket(socket);
  }

  send(message: object | string): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** A ping of the WebSocket itself. */
  ping(): void {
    this.socket.ping();
  }

  get protocol(): string {
    return this.socket.protocol;
  }

  resume(): void {
    this.socket.resume();
  }

  /** Reads nothing more: its messages stay in the network, and then with the gateway. */
  pause(): void {
    this.socket.pause();
  }

  subscribe(id: string, query: string, extensions?: Record<string, unknown>): void {
    this.send({ type: 'subscribe', id, payload: { query, ...(extensions && { extensions }) } });
  }

  /** Waits for the first message that fits. @throws {Error} with its code when the socket closes instead */
  async until(fits: (message: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> {
    for (;;) {
      const found = this.messages.find(fits);
      if (found) return found;
      if (this.closing) throw new Error(`The socket was closed with ${String(this.closing.code)}`);
      await new Promise<void>((resolve) => (this.arrived = resolve));
    }
  }

  close(): void {
    this.socket.close();
  }
}
