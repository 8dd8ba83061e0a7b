import { Pool } from 'undici';
import { Deadlines } from './deadlines';
import { isWrite, readResult, requestText } from './graphql-wire';
import { post } from './http-post';
import { PipelinedClient } from './pipelined';
import { Resilience } from './resilience';
import { type SignedContexts } from './signed-contexts';
import { type SubgraphRequest, type SubgraphResult, type SubgraphTransport } from './subgraph-transport';

const connectionsPerSubgraph = 64;
const maxResponseBytes = 32 * 1024 * 1024;

export interface HttpTransportOptions {
  /** Name of the subgraph: the audience its signed contexts are for. */
  readonly name: string;
  readonly url: string;
  /** Null when the subgraph is not told who asks. */
  readonly contexts: SignedContexts | null;
  /** Whole time of one operation, retries included. Default 5,000. */
  readonly deadlineMs?: number;
  /** Further attempts of an operation that only reads. Default 2. */
  readonly retries?: number;
  /**
   * How many reads may await their answers on one connection. Default 1. More saves system calls, and lets an answer
   * that is late hold up those behind it.
   */
  readonly pipelining?: number;
}

/** A subgraph behind HTTP: kept-alive connections, a deadline, retries for reads, and a circuit breaker. */
export function httpTransport(options: HttpTransportOptions): SubgraphTransport {
  const { name, contexts, deadlineMs = 5_000, retries = 2, pipelining = 1 } = options;
  const place = placeOf(options.url);
  const { path } = place;
  const pool = new Pool(place.origin, {
    connections: connectionsPerSubgraph,
    maxResponseSize: maxResponseBytes,
    ...(place.socketPath !== null && { socketPath: place.socketPath }),
  });
  const resilience = new Resilience(retries);
  const deadlines = new Deadlines(deadlineMs);
  const pipelined = pipelining > 1 ? openPipelined(place, { deadlines, pipelining }) : null;

  function exchange(request: SubgraphRequest, context: string | null): Promise<SubgraphResult> {
    const { correlationId, traceparent, query, signal = null } = request;
    const headers: Record<string, string> = { 'x-correlation-id': correlationId };
    if (traceparent !== undefined) headers['traceparent'] = traceparent;
    if (context !== null) headers['x-actor-context'] = context;
    const body = requestText(request);
    // A write is never sent twice, so nothing that is before it on a connection may take it along.
    if (pipelined && !isWrite(query)) return pipelined.post(headers, body, { signal, read: readResult });
    return post(pool, { path, deadlines, headers: { ...jsonHeaders, ...headers }, body, signal, read: readResult });
  }

  function send(request: SubgraphRequest): Promise<SubgraphResult> {
    if (!contexts) return exchange(request, null);
    const context = contexts.sign(request.actor, name);
    return typeof context === 'string' ? exchange(request, context) : context.then((made) => exchange(request, made));
  }

  return {
    execute: (request) => {
      const { query, signal } = request;
      return resilience.run(() => send(request), { isWrite: isWrite(query), signal });
    },
    close: () => {
      pipelined?.close();
      return pool.close();
    },
  };
}

const jsonHeaders = { 'content-type': 'application/json', accept: 'application/json' };

/** Where a subgraph is found. */
interface Place {
  readonly origin: string;
  readonly path: string;
  /** Of a socket in the file system. */
  readonly socketPath: string | null;
}

/** @param text `http://host:port/path`, or `unix:/path/of/socket` for `/graphql` behind a socket in the file system */
function placeOf(text: string): Place {
  const url = new URL(text);
  if (url.protocol === 'unix:') return { origin: 'http://localhost', path: '/graphql', socketPath: url.pathname };
  return { origin: url.origin, path: `${url.pathname}${url.search}`, socketPath: null };
}

function openPipelined(
  { origin, path, socketPath }: Place,
  options: { readonly deadlines: Deadlines; readonly pipelining: number },
): PipelinedClient | null {
  const { protocol, hostname, port, host } = new URL(origin);
  // The pipelined client does not speak TLS.
  if (protocol !== 'http:') return null;
  const tcp = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80) };
  const address = socketPath === null ? tcp : { path: socketPath };
  return new PipelinedClient({ ...options, path, host, address, connections: connectionsPerSubgraph });
}
