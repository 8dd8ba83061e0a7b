import { type IncomingMessage, createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type InternalKeys, verifyActorContext } from '#shared/auth';
import { type PlatformEvent } from '#shared/events';
import { type ClinicSubgraph, clinicSchema, executeClinic } from './clinic';

interface Body {
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  readonly operationName?: string;
  readonly extensions?: { readonly event?: PlatformEvent };
}

/** What to do with the n-th request instead of answering it: hang, or answer with a status. */
export type Fault = 'hang' | number | null;

export interface SubgraphServer {
  readonly url: string;
  readonly requests: readonly {
    readonly contextToken: string;
    readonly correlationId: string;
    readonly query: string;
  }[];
  /** Faults of the next requests, first to last. */
  readonly faults: Fault[];
  close(): Promise<void>;
}

/** A clinic subgraph over HTTP that answers nobody but the gateway. */
export async function serveSubgraph(name: ClinicSubgraph, keys: InternalKeys): Promise<SubgraphServer> {
  const schema = clinicSchema(name);
  const requests: { contextToken: string; correlationId: string; query: string }[] = [];
  const faults: Fault[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const body = JSON.parse(await textOf(request)) as Body;
      const contextToken = String(request.headers['x-actor-context']);
      const correlationId = String(request.headers['x-correlation-id']);
      requests.push({ contextToken, correlationId, query: body.query });
      const fault = faults.shift() ?? null;
      if (fault === 'hang') return;
      if (fault !== null) {
        response.writeHead(fault).end('<html>');
        return;
      }
      const { actor } = await verifyActorContext(keys, contextToken, name);
      const event = body.extensions?.event;
      const call = {
        query: body.query,
        variables: body.variables ?? {},
        actor,
        correlationId,
        ...(event && { event }),
      };
      const result = await executeClinic(schema, call);
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
    })().catch(() => response.writeHead(401).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/graphql`,
    requests,
    faults,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
