import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';

/** A stand-in for an external provider. */
export interface Simulator {
  /** Port 0 takes a free one. @returns the base URL, without a slash at its end. */
  listen(port: number, host?: string): Promise<string>;
  /** Aborts work in hand and pending deliveries, and drops open connections. */
  close(): Promise<void>;
}

export interface Exchange {
  readonly method: string;
  readonly path: string;
  /** Values of the `:name` parts of the route. */
  readonly params: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The caller sits on this machine. */
  readonly isLoopback: boolean;
}

export interface Answer {
  readonly status: number;
  /** A string is sent as it is, anything else as JSON. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Route {
  readonly method: string;
  /** Segments that start with a colon match anything and become params. */
  readonly path: string;
  readonly handle: (exchange: Exchange) => Answer | Promise<Answer>;
}

interface Service {
  readonly routes: readonly Route[];
  /** Wraps every routed call: faults, authentication, error envelopes. */
  readonly around: (exchange: Exchange, next: () => Promise<Answer>) => Promise<Answer>;
  readonly notFound: Answer;
  readonly stop: () => Promise<void>;
}

const maxBodyBytes = 1_000_000;

export function createSimulator(service: Service): Simulator {
  const server = createServer((request, response) => {
    void serve(service, request, response);
  });
  return {
    listen: (port, host = '127.0.0.1') =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          const { port: bound } = server.address() as AddressInfo;
          resolve(`http://${host.includes(':') ? `[${host}]` : host}:${String(bound)}`);
        });
      }),
    close: async () => {
      await service.stop();
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      });
    },
  };
}

async function serve(service: Service, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const body = await readBody(request);
    send(response, body === null ? { status: 413, body: '' } : await route(service, request, body));
  } catch {
    // The caller hung up, or a bug of the simulator: either way there is nothing better to say.
    if (!response.headersSent) send(response, { status: 500, body: '' });
  }
}

async function route(service: Service, request: IncomingMessage, body: string): Promise<Answer> {
  const { pathname: path } = new URL(request.url ?? '/', 'http://simulator');
  const method = request.method ?? 'GET';
  const { headers } = request;
  const isLoopback = /^(::1$|(::ffff:)?127\.)/.test(request.socket.remoteAddress ?? '');
  for (const candidate of service.routes) {
    const params = candidate.method === method ? matchPath(candidate.path, path) : null;
    if (!params) continue;
    const exchange = { method, path, params, headers, body, isLoopback };
    return service.around(exchange, async () => candidate.handle(exchange));
  }
  return service.notFound;
}

function matchPath(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [index, segment] of wanted.entries()) {
    const value = given[index] ?? '';
    if (segment.startsWith(':')) params[segment.slice(1)] = value;
    else if (segment !== value) return null;
  }
  return params;
}

/** @returns null when the body is larger than any request of these contracts. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    // The rest is read and dropped, so that the caller sees the answer instead of a broken pipe.
    if (sizeBytes <= maxBodyBytes) chunks.push(chunk);
  }
  return sizeBytes > maxBodyBytes ? null : Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(text);
}
