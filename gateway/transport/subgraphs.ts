import { DomainError, stableCodeOf } from '#shared/errors';
import { type Logger } from '#shared/logging';
import { type HandedSpan } from '#shared/tracing';
import { Deadlines } from './deadlines';
import { type SubgraphRequest, type SubgraphResult, type SubgraphTransport } from './subgraph-transport';

export type FetchOutcome = 'answered' | 'errors' | 'unavailable';
export type FetchObserver = (subgraph: string, outcome: FetchOutcome, seconds: number) => void;

interface SubgraphsOptions {
  /** Read at every call: a reload of the supergraph may bring other subgraphs. */
  readonly transports: ReadonlyMap<string, SubgraphTransport>;
  /** Longest wait for one answer, whatever the transport does. */
  readonly deadlineMs: number;
  readonly log: Logger;
  readonly observe: FetchObserver;
}

/** All subgraphs by name. Asking never rejects and never hangs: an outage is a result with UPSTREAM_UNAVAILABLE. */
export interface Subgraphs {
  readonly names: readonly string[];
  execute(subgraph: string, request: SubgraphRequest): Promise<SubgraphResult>;
  close(): Promise<void>;
}

export function connectSubgraphs({ transports, deadlineMs, log, observe }: SubgraphsOptions): Subgraphs {
  const deadlines = new Deadlines(deadlineMs);

  function execute(subgraph: string, request: SubgraphRequest): Promise<SubgraphResult> {
    const { span } = request;
    if (!span) return ask(subgraph, request);
    const own = span.begin('graphql.subgraph.fetch', {
      kind: 'client',
      attributes: { 'graphql.subgraph.name': subgraph },
    });
    request.traceparent = (own ?? span).traceparent;
    return own ? endWith(own, ask(subgraph, request)) : ask(subgraph, request);
  }

  /** One promise for all of it: nearly every fetch ends well, and each further one costs a small request a hundredth. */
  function ask(subgraph: string, request: SubgraphRequest): Promise<SubgraphResult> {
    const startedAt = performance.now();
    return new Promise((resolve) => {
      const finish = (outcome: FetchOutcome, result: SubgraphResult): void => {
        deadline.cancel();
        const durationMs = performance.now() - startedAt;
        observe(subgraph, outcome, durationMs / 1000);
        request.onFetched?.(subgraph, durationMs);
        resolve(result);
      };
      const fail = (err: unknown): void => {
        if (!request.signal?.aborted) log.warn({ err, subgraph, ...joined(request) }, 'A subgraph did not answer');
        finish('unavailable', unavailable());
      };
      // Whatever the transport does. It has a deadline of its own, at which it lets go of what it holds.
      let isLate = false;
      const deadline = deadlines.set(() => {
        isLate = true;
        fail(new DOMException('The deadline has passed', 'TimeoutError'));
      });
      begin(transports, subgraph, request).then(
        (result) => {
          if (!isLate) finish(result.errors?.length ? 'errors' : 'answered', result);
        },
        (err: unknown) => {
          if (!isLate) fail(err);
        },
      );
    });
  }

  return {
    get names() {
      return [...transports.keys()];
    },
    execute,
    close: async () => {
      await Promise.all([...transports.values()].map((transport) => transport.close()));
    },
  };
}

/** Joins a line of the log to its request, and to its trace. */
function joined({ correlationId, span }: SubgraphRequest): { correlationId: string; traceId?: string } {
  return { correlationId, ...(span && { traceId: span.traceId }) };
}

async function endWith(span: HandedSpan, fetch: Promise<SubgraphResult>): Promise<SubgraphResult> {
  const result = await fetch;
  const [error] = result.errors ?? [];
  if (error) span.fail(stableCodeOf(error));
  span.end();
  return result;
}

function begin(
  transports: ReadonlyMap<string, SubgraphTransport>,
  subgraph: string,
  request: SubgraphRequest,
): Promise<SubgraphResult> {
  const transport = transports.get(subgraph);
  if (!transport) return Promise.reject(new Error(`No transport was configured for the subgraph ${subgraph}`));
  return transport.execute(request);
}

function unavailable(): SubgraphResult {
  const error = new DomainError('UPSTREAM_UNAVAILABLE', 'A service this request depends on did not answer in time');
  return { data: null, errors: [error.toJSON()] };
}
