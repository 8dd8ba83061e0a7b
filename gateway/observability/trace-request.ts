import { type PlatformEvent } from '#shared/events';
import { type ActiveSpan, type HandedSpan, beginSpan, isTracing, typeOf } from '#shared/tracing';
import { shortHash } from './access-log';
import { type RequestRecord } from './request-record';

/**
 * Runs a request in its span, `graphql.request`, which says at the end what the record says by then. The record hands it
 * on to whoever works on the request.
 * @param traceparent the caller's header (W3C Trace Context)
 */
export function traceRequest<T>(
  record: RequestRecord,
  traceparent: string | string[] | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (!isTracing()) return work();
  const attributes = { 'platform.correlation_id': record.correlationId, 'platform.transport': record.transport };
  const parent = typeof traceparent === 'string' ? traceparent : undefined;
  const span = beginSpan('graphql.request', { kind: 'server', attributes, parent });
  record.span = span;
  return endWith(span, work(), () => {
    if (span?.isRecording) describe(span, record);
  });
}

/** Preparation, synchronous: parsing, validation, rules, cost, plan. A span of its own shows what a cache miss costs. */
export function tracePreparation<T>({ span }: Pick<RequestRecord, 'span'>, work: () => T): T {
  const own = span?.begin('graphql.prepare');
  if (!own) return work();
  try {
    return work();
  } catch (error) {
    own.fail(typeOf(error));
    throw error;
  } finally {
    own.end();
  }
}

/** Answers an event for a viewer, in the trace of whoever caused it; events outside of any trace begin none. */
export function traceEvent<T>(
  { type, id, traceparent }: PlatformEvent,
  work: (span: HandedSpan | null) => Promise<T>,
): Promise<T> {
  if (traceparent === undefined || !isTracing()) return work(null);
  const attributes = { 'messaging.message.id': id, 'messaging.destination.name': type };
  const span = beginSpan('graphql.subscription.event', { kind: 'consumer', attributes, parent: traceparent });
  return endWith(span, work(span));
}

async function endWith<T>(span: HandedSpan | null, work: Promise<T>, before?: () => void): Promise<T> {
  try {
    return await work;
  } catch (error) {
    span?.fail(typeOf(error));
    throw error;
  } finally {
    before?.();
    span?.end();
  }
}

function describe(span: ActiveSpan, record: RequestRecord): void {
  const { operationName, operationType, cost, isCacheHit, errorCodes, status } = record;
  const hash = shortHash(record.documentHash);
  span.set({
    'http.response.status_code': status,
    ...(operationType !== null && { 'graphql.operation.type': operationType }),
    ...(operationName !== null && { 'graphql.operation.name': operationName }),
    ...(hash !== null && { 'graphql.document.hash': hash }),
    ...(cost !== null && { 'graphql.operation.cost': cost }),
    ...(isCacheHit !== null && { 'graphql.operation.is_cache_hit': isCacheHit }),
  });
  const [code] = errorCodes;
  if (code !== undefined) span.fail(code);
}
