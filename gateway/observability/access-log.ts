import { type Logger } from '#shared/logging';
import { type RequestRecord } from './request-record';

const hashLength = 12;

/** One line per request. The hash is what metrics and the manifest call the operation. */
export function writeAccessLog(log: Logger, record: RequestRecord, durationMs: number): void {
  const { correlationId, transport, status, clientId, cost, isCacheHit, responseBytes, errorCodes } = record;
  const { operationName, operationType, isPersisted } = record;
  log.info(
    {
      correlationId,
      ...(record.span && { traceId: record.span.traceId }),
      transport,
      status,
      clientId,
      operation: shortHash(record.documentHash),
      operationName,
      operationType,
      isPersisted,
      cost,
      cache: isCacheHit === null ? null : isCacheHit ? 'hit' : 'miss',
      durationMs: rounded(durationMs),
      responseBytes,
      ...(errorCodes.length > 0 && { errorCodes }),
      coalescedFetches: record.coalescedFetches,
      subgraphs: tallies(record),
    },
    'Answered',
  );
}

/** Enough of a document's hash to tell a platform's operations apart. */
export function shortHash(documentHash: string | null): string | null {
  return documentHash?.slice(0, hashLength) ?? null;
}

function tallies({ fetches }: RequestRecord): Record<string, { count: number; durationMs: number }> {
  const entries = [...fetches].map(([name, { count, durationMs }]) => [
    name,
    { count, durationMs: rounded(durationMs) },
  ]);
  return Object.fromEntries(entries) as Record<string, { count: number; durationMs: number }>;
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}
