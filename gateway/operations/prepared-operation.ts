import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type OperationDefinitionNode,
} from 'graphql';
import { type AccessRule, type Actor } from '#shared/auth';
import { type DeniedRules } from '../authorize';
import { type BoundedCache } from '#shared/cache';
import { type PlannedOperation } from '../executor';
import { type PlainVariables } from './coerce-variables';
import { type LabelledOperation } from './incremental';
import { type MemberSieve } from './members';
import { type Projection } from './projection';

/** Everything about an operation that does not depend on who asks, worked out once. */
export interface PreparedOperation {
  /** SHA-256 of the source, hexadecimal: names the document where its text must not be. */
  readonly hash: string;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly rootType: GraphQLObjectType;
  readonly rules: readonly AccessRule[];
  /** What must be decided about the caller before it is known which of the rules are satisfied. */
  readonly policies: readonly string[];
  readonly asksForSchema: boolean;
  /** It selects protected health information: its answer is kept nowhere on the way. */
  readonly isPersonal: boolean;
  /** Null where variables must be coerced one by one. */
  readonly plainVariables: PlainVariables | null;
  /** Names of the variables that decide what is selected. */
  readonly conditions: readonly string[];
  /** It lists or counts what needs consent: its lists are shortened before anything is answered, so never in parts. */
  readonly hasMembers: boolean;
  /** One for each distinct set of denied rules. */
  readonly variants: BoundedCache<string, OperationVariant>;
  /** The same by caller: tokens are verified once and used many times. */
  readonly variantsByActor: WeakMap<Actor, OperationVariant>;
}

/** An operation as one group of callers, those who lack the same scopes, may run it. */
export interface OperationVariant {
  readonly denied: DeniedRules;
  /** The plan for one combination of conditions. @param variables coerced, with defaults */
  readonly planFor: (variables: Readonly<Record<string, unknown>>) => SiftedOperation;
  readonly projection: Projection;
  /** For an answer in parts. Null when the operation is too large for that, or has no plan. @param variables coerced */
  readonly inParts: (variables: Readonly<Record<string, unknown>>) => OperationInParts | null;
}

export interface SiftedOperation extends PlannedOperation {
  /** Null when the operation lists and counts nothing that needs consent. */
  readonly sieve: MemberSieve | null;
}

export interface OperationInParts {
  readonly labelled: LabelledOperation;
  readonly planned: PlannedOperation;
}
