import { AsyncLocalStorage } from 'node:async_hooks';
import { v7 } from 'uuid';
import { currentTraceId } from '#shared/tracing';

/** What belongs to one piece of work, wherever in the call tree it is asked for: a request, an event, a timer. */
export interface WorkContext {
  /** Joins the log lines, events and audit rows of everything one request set off. */
  readonly correlationId: string;
  /** The event being handled, if one is. */
  readonly causationId: string | null;
  /** Name of the GraphQL operation, consumer or worker. */
  readonly operationName: string | null;
}

const storage = new AsyncLocalStorage<WorkContext>();

export function runInContext<T>(context: WorkContext, work: () => T): T {
  return storage.run(context, work);
}

/** The present context; outside of any, a fresh one that belongs to nobody. */
export function currentContext(): WorkContext {
  return storage.getStore() ?? { correlationId: newCorrelationId(), causationId: null, operationName: null };
}

export function newCorrelationId(): string {
  return v7();
}

/** Fields for the logger: every line says which piece of work it belongs to. */
export function contextFields(): Record<string, unknown> {
  const context = storage.getStore();
  if (!context) return {};
  const { correlationId, operationName } = context;
  return { correlationId, operation: operationName ?? undefined, traceId: currentTraceId() };
}
