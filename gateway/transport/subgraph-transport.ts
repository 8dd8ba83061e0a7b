import { type GraphQLFormattedError } from 'graphql';
import { type Actor } from '#shared/auth';
import { type PlatformEvent } from '#shared/events';

/** One operation for one subgraph. */
export interface SubgraphRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
  /** On whose behalf; null for a caller without a token. */
  readonly actor: Actor | null;
  readonly correlationId: string;
  /** What a subscription's primary fetch is answered from. */
  readonly event?: PlatformEvent;
  readonly signal?: AbortSignal;
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
