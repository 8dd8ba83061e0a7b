import { type GraphQLFormattedError, type OperationDefinitionNode } from 'graphql';
import { stableCodeOf } from '#shared/errors';
import { type HandedSpan } from '#shared/tracing';

/** How often and how long one subgraph was asked for one request. */
export interface FetchTally {
  count: number;
  /** Together; fetches that ran side by side count each for itself. */
  durationMs: number;
}

/**
 * What log, metrics and trace say about one request. Whoever works on the request writes down what becomes known, and
 * nothing that a caller wrote: ids, hashes, codes, counts and names.
 */
export interface RequestRecord {
  readonly correlationId: string;
  readonly transport: 'http' | 'websocket' | 'sse' | 'rest' | 'mcp';
  /** By `performance.now()`. */
  readonly startedAtMs: number;
  /** HTTP status; of a message on a socket what it would have been. */
  status: number;
  clientId: string | null;
  /** SHA-256 of the document in hex, once it is known to be valid. */
  documentHash: string | null;
  /** Whether the document is one of the registered ones. */
  isPersisted: boolean;
  operationName: string | null;
  operationType: 'query' | 'mutation' | 'subscription' | null;
  cost: number | null;
  /** Whether the prepared operation was found in the cache; null before that was asked. */
  isCacheHit: boolean | null;
  /** Of the answer's body; null when it is streamed. */
  responseBytes: number | null;
  /** Distinct, in the order they came up. */
  readonly errorCodes: string[];
  /** The limit the request was above, by its name in the configuration. */
  limit: string | null;
  /** Whose budget was spent, when the request came too soon. */
  rateLimitPolicy: string | null;
  /** Fetches that went along with another one, and are not counted for themselves. */
  coalescedFetches: number;
  /** What the request is traced by; null without tracing. */
  span: HandedSpan | null;
  /** By name of the subgraph. */
  readonly fetches: Map<string, FetchTally>;
}

/** More say nothing new, and an answer may have thousands. */
const maxErrorCodes = 8;
const safeName = /^[A-Za-z_][0-9A-Za-z_]{0,63}$/;

export function startRecord(
  given: Pick<RequestRecord, 'correlationId' | 'transport'>,
  startedAtMs = performance.now(),
): RequestRecord {
  return {
    correlationId: given.correlationId,
    transport: given.transport,
    startedAtMs,
    status: 200,
    clientId: null,
    documentHash: null,
    isPersisted: false,
    operationName: null,
    operationType: null,
    cost: null,
    isCacheHit: null,
    responseBytes: null,
    errorCodes: [],
    limit: null,
    rateLimitPolicy: null,
    coalescedFetches: 0,
    span: null,
    fetches: new Map(),
  };
}

/** What is known once the operation is prepared. */
export function noteOperation(
  record: RequestRecord,
  { hash, operation }: { readonly hash: string; readonly operation: OperationDefinitionNode },
): void {
  const name = operation.name?.value;
  record.documentHash = hash;
  record.operationType = operation.operation;
  // Callers choose names: one that is longer than any that a person gives may be something else.
  record.operationName = name !== undefined && safeName.test(name) ? name : null;
}

export function noteFetch({ fetches }: RequestRecord, subgraph: string, durationMs: number): void {
  const tally = fetches.get(subgraph);
  if (!tally) {
    fetches.set(subgraph, { count: 1, durationMs });
    return;
  }
  tally.count++;
  tally.durationMs += durationMs;
}

/** @param errors of the answer, as the client gets them */
export function noteErrors(
  record: RequestRecord,
  errors: readonly Pick<GraphQLFormattedError, 'extensions'>[] = [],
): void {
  const { errorCodes } = record;
  for (const error of errors) {
    if (errorCodes.length >= maxErrorCodes) return;
    const code = stableCodeOf(error);
    if (errorCodes.includes(code)) continue;
    errorCodes.push(code);
    const { limit, policy } = error.extensions ?? {};
    if (code === 'LIMIT_EXCEEDED' && typeof limit === 'string') record.limit = limit;
    if (code === 'RATE_LIMITED' && typeof policy === 'string') record.rateLimitPolicy = policy;
  }
}
