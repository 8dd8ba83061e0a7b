import { once } from 'node:events';
import { type FormattedExecutionResult } from 'graphql';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

export interface SocketClient {
  /** Results of one subscription, as they come. Resolves once the gateway has taken it up. */
  subscribe(query: string, variables?: Record<string, unknown>): AsyncIterableIterator<FormattedExecutionResult>;
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
    subscribe: (query, variables) =>
      client.iterate({ query, ...(variables && { variables }) }) as AsyncIterableIterator<FormattedExecutionResult>,
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

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (message: Buffer) => {
      this.messages.push(JSON.parse(message.toString('utf8')) as Record<string, unknown>);
      this.arrived?.();
    });
    this.closed = new Promise((resolve) => {
      socket.once('close', (code: number, reason: Buffer) => {
        resolve({ code, reason: reason.toString('utf8') });
      });
    });
  }

  static async open(url: string, headers: Record<string, string> = {}): Promise<RawSocket> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers });
    await once(socket, 'open');
    return new RawSocket(socket);
  }

  send(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  subscribe(id: string, query: string): void {
    this.send({ type: 'subscribe', id, payload: { query } });
  }

  /** Waits for the first message that fits. */
  async until(fits: (message: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> {
    for (;;) {
      const found = this.messages.find(fits);
      if (found) return found;
      await new Promise<void>((resolve) => (this.arrived = resolve));
    }
  }

  close(): void {
    this.socket.close();
  }
}
