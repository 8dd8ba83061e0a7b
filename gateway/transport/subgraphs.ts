import { DomainError } from '#shared/errors';
import { type Logger } from '#shared/logging';
import { type SubgraphRequest, type SubgraphResult, type SubgraphTransport } from './subgraph-transport';

export type FetchOutcome = 'answered' | 'errors' | 'unavailable';
export type FetchObserver = (subgraph: string, outcome: FetchOutcome, seconds: number) => void;

interface SubgraphsOptions {
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
  async function execute(subgraph: string, request: SubgraphRequest): Promise<SubgraphResult> {
    const startedAt = performance.now();
    const finish = (outcome: FetchOutcome): void => {
      observe(subgraph, outcome, (performance.now() - startedAt) / 1000);
    };
    try {
      const result = await withDeadline(transportOf(transports, subgraph), request, deadlineMs);
      finish(result.errors?.length ? 'errors' : 'answered');
      return result;
    } catch (err) {
      finish('unavailable');
      log.warn({ err, subgraph, correlationId: request.correlationId }, 'A subgraph did not answer');
      return unavailable();
    }
  }

  return {
    names: [...transports.keys()],
    execute,
    close: async () => {
      await Promise.all([...transports.values()].map((transport) => transport.close()));
    },
  };
}

function transportOf(transports: ReadonlyMap<string, SubgraphTransport>, subgraph: string): SubgraphTransport {
  const transport = transports.get(subgraph);
  if (!transport) throw new Error(`No transport was configured for the subgraph ${subgraph}`);
  return transport;
}

/** A transport is asked to stop by its signal; one that does not listen is left behind. */
async function withDeadline(
  transport: SubgraphTransport,
  request: SubgraphRequest,
  deadlineMs: number,
): Promise<SubgraphResult> {
  const controller = new AbortController();
  const signal = request.signal ? AbortSignal.any([request.signal, controller.signal]) : controller.signal;
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const reason = new DOMException('The deadline has passed', 'TimeoutError');
      reject(reason);
      controller.abort(reason);
    }, deadlineMs);
  });
  try {
    return await Promise.race([transport.execute({ ...request, signal }), deadline]);
  } finally {
    clearTimeout(timer);
  }
}

function unavailable(): SubgraphResult {
  const error = new DomainError('UPSTREAM_UNAVAILABLE', 'A service this request depends on did not answer in time');
  return { data: null, errors: [error.toJSON()] };
}
