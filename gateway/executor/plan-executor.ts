import { type QueryPlan } from '@apollo/query-planner';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type OperationDefinitionNode,
} from 'graphql';
import { type Actor } from '#shared/auth';
import { type SubgraphResult } from '../transport';

/** One operation, planned; made once and executed often. */
export interface PlannedOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly plan: QueryPlan;
}

export interface ExecutionRequest {
  readonly variables: Readonly<Record<string, unknown>>;
  readonly actor: Actor | null;
  readonly correlationId: string;
  /** Only for subscriptions: the answer to the primary fetch, from which the rest of the plan continues. */
  readonly primary?: SubgraphResult;
}

export interface ExecutionAnswer {
  readonly data: Record<string, unknown> | null;
  readonly errors: readonly GraphQLError[];
}

/** The one seam between the gateway and whatever runs query plans. */
export interface PlanExecutor {
  execute(operation: PlannedOperation, request: ExecutionRequest): Promise<ExecutionAnswer>;
}
