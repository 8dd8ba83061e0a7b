import { type QueryPlan } from '@apollo/query-planner';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type OperationDefinitionNode,
} from 'graphql';
import { type Actor } from '#shared/auth';
import { type HandedSpan } from '#shared/tracing';
import { type CancelSignal, type SubgraphRequest, type SubgraphResult } from '../transport';

/** One operation, planned; made once and executed often. */
export interface PlannedOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly plan: QueryPlan;
}

export interface ExecutionRequest {
  /** As the caller gave them. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** Coerced, with defaults: what `@skip` and `@include` go by. */
  readonly conditions: Readonly<Record<string, unknown>>;
  readonly actor: Actor | null;
  readonly correlationId: string;
  /** Only for subscriptions: the answer to the primary fetch, from which the rest of the plan continues. */
  readonly primary?: SubgraphResult;
  /** Fires when nobody waits for the answer any more. */
  readonly signal?: CancelSignal;
  /** What the request is traced by. */
  readonly span?: HandedSpan | null;
  /** Told of every fetch from a subgraph. */
  readonly onFetched?: SubgraphRequest['onFetched'];
  /** Told of every fetch that went along with another one. */
  readonly onCoalesced?: () => void;
}

export interface ExecutionAnswer {
  readonly data: Record<string, unknown> | null;
  readonly errors: readonly GraphQLError[];
  /** Objects of the data that stand in several places. */
  readonly shared?: ReadonlySet<unknown>;
}

/** The one seam between the gateway and whatever runs query plans. */
export interface PlanExecutor {
  execute(operation: PlannedOperation, request: ExecutionRequest): Promise<ExecutionAnswer>;
}

/** A part of an answer that comes later: what a fragment with `@defer` selects. */
export interface DeferredPart {
  readonly label: string;
  /** Fetches what the part still lacks. @returns the errors of those fetches, and the parts within this one */
  readonly fetch: () => Promise<DeferredAnswer>;
}

export interface DeferredAnswer {
  readonly errors: readonly GraphQLError[];
  readonly parts: readonly DeferredPart[];
}

/** The beginning of an answer, and what is to come. Parts add to the same data. */
export interface BegunAnswer extends ExecutionAnswer {
  readonly data: Record<string, unknown>;
  readonly parts: readonly DeferredPart[];
}

/** An executor that can answer in parts. */
export interface IncrementalExecutor extends PlanExecutor {
  begin(operation: PlannedOperation, request: ExecutionRequest): Promise<BegunAnswer>;
}
