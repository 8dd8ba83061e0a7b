import { type GraphQLFormattedError } from 'graphql';
import { type Actor } from '#shared/auth';
import { type PlatformEvent } from '#shared/events';
import { type HandedSpan } from '#shared/tracing';
import { type CancelSignal } from './cancel-signal';

/** By the id of a person: the purpose they agreed to, and their record of it if there is one. */
export type ReliedConsents = Readonly<
  Record<string, { readonly purpose: string; readonly consentRecordId: string | null }>
>;

/** One operation for one subgraph. */
export interface SubgraphRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /**
   * The same as JSON, when the caller has it: the text of the request up to the variables, and theirs. `variables` is then
   * read from its text when it is used.
   */
  readonly json?: { readonly head: string; readonly variables: string };
  readonly operationName?: string;
  /** On whose behalf; null for a caller without a token. */
  readonly actor: Actor | null;
  readonly correlationId: string;
  /** What a subscription's primary fetch is answered from. */
  readonly event?: PlatformEvent;
  readonly signal?: CancelSignal;
  /** By person: what the gateway relied on when it let these fields be fetched. */
  readonly consents?: ReliedConsents | undefined;
  /** What the request is traced by. */
  readonly span?: HandedSpan | null;
  /** W3C trace context for the subgraph, written by whoever traces the fetch. */
  traceparent?: string;
  /** Told once the subgraph has answered, or has not in time. */
  readonly onFetched?: (subgraph: string, durationMs: number) => void;
}

export interface SubgraphResult {
  readonly data?: Record<string, unknown> | null | undefined;
  readonly errors?: readonly GraphQLFormattedError[];
}

/** The way to one subgraph. A rejection means that it could not be reached; a refusal by it is a result with errors. */
export interface SubgraphTransport {
  execute(request: SubgraphRequest): Promise<SubgraphResult>;
  close(): Promise<void>;
}
