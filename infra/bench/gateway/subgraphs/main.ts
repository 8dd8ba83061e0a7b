import { type IncomingMessage, type RequestListener, createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { z } from 'zod';
import { ShopServer, shopSubgraphs, type ShopSubgraph } from '../shop';
import { type SubgraphsReady } from '../messages';

/** Between two rounds of one gateway all the others have theirs, and its connections shall live on. */
const keepAliveTimeout = 600_000;
const bodySchema = z.object({ query: z.string(), variables: z.record(z.string(), z.unknown()).nullish() });

const fetches: Record<string, number> = {};

/**
 * Subgraphs that cost next to nothing, so that the gateway is what is measured: an answer is computed once for each
 * request body. They check nobody's authorization, since not every gateway sends the same.
 */
function answering(name: ShopSubgraph): RequestListener {
  const server = new ShopServer(name);
  const answers = new Map<string, Promise<Buffer>>();
  const answer = async (body: string): Promise<Buffer> => {
    const { query, variables } = bodySchema.parse(JSON.parse(body));
    return Buffer.from(JSON.stringify(await server.execute(query, variables ?? {})));
  };
  return (request, response) => {
    fetches[name] = (fetches[name] ?? 0) + 1;
    readBody(request, (body) => {
      let known = answers.get(body);
      if (!known) answers.set(body, (known = answer(body)));
      known.then(
        (bytes) => response.writeHead(200, headersOf(bytes)).end(bytes),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    });
  };
}

function headersOf(bytes: Buffer): Record<string, string | number> {
  return { 'content-type': 'application/json', 'content-length': bytes.length };
}

function readBody(request: IncomingMessage, done: (body: string) => void): void {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => (body += chunk));
  request.on('end', () => done(body));
}

/** @returns the port it listens on */
async function listen(listener: RequestListener): Promise<number> {
  const server = createServer({ keepAliveTimeout }, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function main(): Promise<void> {
  const ports = await Promise.all(
    shopSubgraphs.map(async (name): Promise<[string, number]> => [name, await listen(answering(name))]),
  );
  // Traces are taken and forgotten.
  const collector = await listen((request, response) => {
    request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
  });
  const ready: SubgraphsReady = { kind: 'ready', ports: Object.fromEntries(ports), collector };
  process.send?.(ready);
  process.on('message', () => process.send?.({ kind: 'fetches', fetches }));
  process.on('disconnect', () => process.exit());
}

void main();
