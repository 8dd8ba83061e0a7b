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
import { z } from 'zod';
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
  readonly contexts: SignedContexts;
  /** Whole time of one operation, retries included. Default 5,000. */
  readonly deadlineMs?: number;
  /** Further attempts of an operation that only reads. Default 2. */
  readonly retries?: number;
}

/** The subgraph did not answer as a GraphQL server does. The message is for the log. */
class TransportError extends Error {
  override readonly name = 'TransportError';
}

const resultSchema = z
  .object({
    data: z.record(z.string(), z.unknown()).nullish(),
    errors: z.array(z.looseObject({ message: z.string() })).optional(),
  })
  .refine((body) => body.data !== undefined || body.errors !== undefined);

/** A subgraph behind HTTP: kept-alive connections, a deadline, retries for reads, and a circuit breaker. */
export function httpTransport(options: HttpTransportOptions): SubgraphTransport {
  const { name, contexts, deadlineMs = 5_000, retries = 2 } = options;
  const url = new URL(options.url);
  const pool = new Pool(url.origin, { connections: connectionsPerSubgraph, maxResponseSize: maxResponseBytes });
  const breaker = circuitBreaker(
    // A caller that goes away says nothing about the subgraph's health; a deadline that passes does.
    handleWhen((error) => error.name !== 'AbortError'),
    { halfOpenAfter: halfOpenAfterMs, breaker: new ConsecutiveBreaker(breakAfterFailures) },
  );
  const reading = wrap(retryPolicy(retries), breaker);
  const writing = wrap(noop, breaker);

  async function send(request: SubgraphRequest, signal: AbortSignal): Promise<SubgraphResult> {
    const response = await pool.request({
      path: url.pathname,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        'x-actor-context': await contexts.sign(request.actor, name),
        'x-correlation-id': request.correlationId,
      },
      body: bodyOf(request),
      signal,
    });
    const text = await response.body.text();
    return readResult(response.statusCode, text);
  }

  return {
    execute: (request) => {
      const deadline = AbortSignal.timeout(deadlineMs);
      const signal = request.signal ? AbortSignal.any([request.signal, deadline]) : deadline;
      const policy: IPolicy = isWrite(request.query) ? writing : reading;
      return policy.execute(() => send(request, signal), signal);
    },
    close: () => pool.close(),
  };
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

function bodyOf({ query, variables, operationName, event }: SubgraphRequest): string {
  return JSON.stringify({ query, variables, operationName, ...(event && { extensions: { event } }) });
}

function readResult(status: number, text: string): SubgraphResult {
  // 401 is about the gateway's own signature: the caller can do nothing about it, so it is an outage of ours.
  if (status >= 500 || status === 401) throw new TransportError(`The subgraph answered with status ${String(status)}`);
  try {
    return resultSchema.parse(JSON.parse(text)) as SubgraphResult;
  } catch {
    throw new TransportError(`The subgraph answered status ${String(status)} with something that is not GraphQL`);
  }
}
