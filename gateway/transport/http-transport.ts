import {
  ConsecutiveBreaker,
  ExponentialBackoff,
  circuitBreaker,
  handleWhen,
  noop,
  retry,
  wrap,
  type IPolicy,
} from 'cockatiel';
import { Pool } from 'undici';
import { traceHeaders } from '#shared/tracing';
import { Deadlines } from './deadlines';
import { type PostAnswer, post } from './http-post';
import { PipelinedClient } from './pipelined';
import { type SignedContexts } from './signed-contexts';
import { type SubgraphRequest, type SubgraphResult, type SubgraphTransport } from './subgraph-transport';

const connectionsPerSubgraph = 64;
const maxResponseBytes = 32 * 1024 * 1024;
const breakAfterFailures = 8;
const halfOpenAfterMs = 3_000;

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

/** The subgraph did not answer as a GraphQL server does. The message is for the log. */
class TransportError extends Error {
  override readonly name = 'TransportError';
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
  const breaker = circuitBreaker(
    // A caller that goes away says nothing about the subgraph's health; a deadline that passes does.
    handleWhen((error) => error.name !== 'AbortError'),
    { halfOpenAfter: halfOpenAfterMs, breaker: new ConsecutiveBreaker(breakAfterFailures) },
  );
  const reading = wrap(retryPolicy(retries), breaker);
  const writing = wrap(noop, breaker);

  const deadlines = new Deadlines(deadlineMs);
  const pipelined = pipelining > 1 ? openPipelined(place, { deadlines, pipelining }) : null;

  function exchange(request: SubgraphRequest, headers: Record<string, string>): Promise<PostAnswer> {
    const [body, signal] = [bodyOf(request), request.signal ?? null];
    // A write is never sent twice, so nothing that is before it on a connection may take it along.
    if (pipelined && !isWrite(request.query)) return pipelined.post(headers, body, signal);
    return post(pool, { path, deadlines, headers: { ...jsonHeaders, ...headers }, body, signal });
  }

  async function send(request: SubgraphRequest): Promise<SubgraphResult> {
    const headers: Record<string, string> = { 'x-correlation-id': request.correlationId, ...traceHeaders() };
    if (contexts) headers['x-actor-context'] = await contexts.sign(request.actor, name);
    const { status, text } = await exchange(request, headers);
    return readResult(status, text);
  }

  return {
    execute: (request) => {
      const policy: IPolicy = isWrite(request.query) ? writing : reading;
      return policy.execute(() => send(request), request.signal);
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

function retryPolicy(retries: number): IPolicy {
  if (retries === 0) return noop;
  const isWorthRetrying = handleWhen(
    (error) => !['AbortError', 'TimeoutError', 'BrokenCircuitError'].includes(error.name),
  );
  // cockatiel's exponential backoff has decorrelated jitter: gateways that fail together do not come back together.
  return retry(isWorthRetrying, {
    maxAttempts: retries,
    backoff: new ExponentialBackoff({ initialDelay: 40, maxDelay: 400 }),
  });
}

/** The planner writes the kind of operation out, except for a plain query. */
function isWrite(query: string): boolean {
  return query.trimStart().startsWith('mutation');
}

function bodyOf(request: SubgraphRequest): string {
  const { json, operationName, event } = request;
  if (json) {
    const name = operationName === undefined ? '' : `,"operationName":${JSON.stringify(operationName)}`;
    return `{"query":${json.query},"variables":${json.variables}${name}}`;
  }
  const { query, variables } = request;
  return JSON.stringify({ query, variables, operationName, ...(event && { extensions: { event } }) });
}

function readResult(status: number, text: string): SubgraphResult {
  // 401 is about the gateway's own signature: the caller can do nothing about it, so it is an outage of ours.
  if (status >= 500 || status === 401) throw new TransportError(`The subgraph answered with status ${String(status)}`);
  const result = parse(text);
  if (isResult(result)) return result;
  throw new TransportError(`The subgraph answered status ${String(status)} with something that is not GraphQL`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** The response of the GraphQL specification (§7.1): data, errors or both. */
function isResult(value: unknown): value is SubgraphResult {
  if (typeof value !== 'object' || value === null) return false;
  const { data, errors } = value as { data?: unknown; errors?: unknown };
  if (data === undefined && errors === undefined) return false;
  return isDataOrNone(data) && (errors === undefined || (Array.isArray(errors) && errors.every(isError)));
}

function isDataOrNone(data: unknown): boolean {
  return data === undefined || (typeof data === 'object' && !Array.isArray(data));
}

function isError(value: unknown): boolean {
  return typeof (value as { message?: unknown } | null)?.message === 'string';
}
