import { DomainError, stableCodeOf } from '#shared/errors';
import { type Logger } from '#shared/logging';
import { isTraced, traced } from '#shared/tracing';
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
    return isTraced() ? traceFetch(subgraph, () => ask(subgraph, request)) : ask(subgraph, request);
  }

  async function ask(subgraph: string, request: SubgraphRequest): Promise<SubgraphResult> {
    const startedAt = performance.now();
    const finish = (outcome: FetchOutcome): void => {
      const durationMs = performance.now() - startedAt;
      observe(subgraph, outcome, durationMs / 1000);
      request.onFetched?.(subgraph, durationMs);
    };
    try {
      const result = await withDeadline(transportOf(transports, subgraph).execute(request), deadlines);
      finish(result.errors?.length ? 'errors' : 'answered');
      return result;
    } catch (err) {
      finish('unavailable');
      if (request.signal?.aborted) return unavailable();
      log.warn({ err, subgraph, correlationId: request.correlationId }, 'A subgraph did not answer');
      return unavailable();
    }
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

function traceFetch(subgraph: string, fetch: () => Promise<SubgraphResult>): Promise<SubgraphResult> {
  const attributes = { 'graphql.subgraph.name': subgraph };
  return traced('graphql.subgraph.fetch', { kind: 'client', attributes }, async (span) => {
    const result = await fetch();
    const [error] = result.errors ?? [];
    if (error) span.fail(stableCodeOf(error));
    return result;
  });
}

function transportOf(transports: ReadonlyMap<string, SubgraphTransport>, subgraph: string): SubgraphTransport {
  const transport = transports.get(subgraph);
  if (!transport) throw new Error(`No transport was configured for the subgraph ${subgraph}`);
  return transport;
}

/** Whatever the transport does. It has a deadline of its own, at which it lets go of what it holds. */
function withDeadline(asked: Promise<SubgraphResult>, deadlines: Deadlines): Promise<SubgraphResult> {
  return new Promise((resolve, reject) => {
    const deadline = deadlines.set(() => {
      reject(new DOMException('The deadline has passed', 'TimeoutError'));
    });
    asked.then(resolve, reject).finally(() => {
      deadline.cancel();
    });
  });
}

function unavailable(): SubgraphResult {
  const error = new DomainError('UPSTREAM_UNAVAILABLE', 'A service this request depends on did not answer in time');
  return { data: null, errors: [error.toJSON()] };
}
