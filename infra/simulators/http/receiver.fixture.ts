import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Takes callbacks, and serves files: the two things a provider's client does for the provider. */
export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** Status codes of the next answers; 200 after them. */
  readonly answers: number[];
  /** Served by GET under their path; null never answers. */
  readonly files: Map<string, Buffer | null>;
  /** Resolves as soon as so many callbacks have come. */
  waitFor(count: number): Promise<readonly Received[]>;
  close(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const answers: number[] = [];
  const files = new Map<string, Buffer | null>();
  const waiting = new Set<() => void>();
  const server = createServer((request, response) => {
    if (request.method === 'GET') {
      const file = files.get(request.url ?? '');
      if (file !== null) response.writeHead(file ? 200 : 404).end(file);
      return;
    }
    void text(request).then((body) => {
      received.push({ headers: request.headers, body });
      response.writeHead(answers.shift() ?? 200).end();
      for (const wake of waiting) wake();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ received, answers, files },
    waitFor: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (received.length < count) return;
          waiting.delete(look);
          resolve(received);
        };
        waiting.add(look);
        look();
      }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
