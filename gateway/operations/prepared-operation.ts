import {
  type DocumentNode,
  type GraphQLObjectType,
  type OperationDefinitionNode,
  type FragmentDefinitionNode,
} from 'graphql';
import { type AccessRule } from '#shared/auth';
import { type DeniedRules } from '../authorize';
import { type BoundedCache } from '../cache';
import { type PlannedOperation } from '../executor';

/** Everything about an operation that does not depend on who asks, worked out once. */
export interface PreparedOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly rootType: GraphQLObjectType;
  readonly rules: readonly AccessRule[];
  readonly asksForSchema: boolean;
  /** The plans of this operation, one per distinct set of denied rules. */
  readonly variants: BoundedCache<string, OperationVariant>;
}

/** An operation as one group of callers, those who lack the same scopes, may run it. */
export interface OperationVariant {
  readonly denied: DeniedRules;
  readonly planned: PlannedOperation;
  /** The answer must be given the client's shape again: something was cut or renamed. */
  readonly isReshaped: boolean;
}
