import {
  type GraphQLNamedOutputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type SelectionSetNode,
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  isObjectType,
} from 'graphql';
import { type CountedMembers, type GuardedMembers, type GuardRule, type PlannedOperation } from '../../executor';
import { collectFields } from '../collect-fields';
import { edgeNodeKey } from './member-selection';

export type Values = Record<string, unknown>;

/** A selected field that leads to members of lists, or counts them. */
export interface TrailStep {
  readonly key: string;
  readonly isList: boolean;
  readonly type: GraphQLNamedOutputType;
  readonly count: CountedMembers | null;
  readonly sets: readonly SelectionSetNode[];
  /** What follows, by the object's type. */
  readonly next: Map<string, readonly TrailStep[]>;
}

/** A member of a list, as far as it must be agreed to. */
export interface Member {
  readonly object: Values;
  readonly rules: readonly GuardRule[];
}

/** The ways through the answer to one operation on which members of lists may be found. */
export class MemberTrail {
  readonly start: readonly TrailStep[];

  constructor(
    /** With all that clients do not see. */
    private readonly schema: GraphQLSchema,
    private readonly members: GuardedMembers,
    private readonly planned: PlannedOperation,
  ) {
    const root = schema.getRootType(planned.operation.operation);
    this.start = root ? this.stepsOf(root, [planned.operation.selectionSet]) : [];
  }

  /** What is selected of an object, null when nothing is known of its type. */
  follow(step: TrailStep, object: Values): readonly TrailStep[] {
    const type = this.typeOf(object, step.type);
    if (!type) return [];
    const known = step.next.get(type.name);
    if (known) return known;
    const steps = this.stepsOf(type, step.sets);
    step.next.set(type.name, steps);
    return steps;
  }

  /** @returns `missing` for an edge that does not say what it leads to, null for what needs nobody's consent */
  memberOf(step: TrailStep, item: Values): Member | 'missing' | null {
    const type = this.typeOf(item, step.type);
    const rules = type && this.members.rules.get(type.name);
    if (rules) return { object: item, rules };
    if (!type || !(edgeNodeKey in item)) return null;
    const node = item[edgeNodeKey];
    if (!isObject(node)) return 'missing';
    const nodeType = type.getFields()['node'];
    const named = nodeType && this.typeOf(node, getNamedType(nodeType.type));
    const ofNode = named && this.members.rules.get(named.name);
    return ofNode ? { object: node, rules: ofNode } : null;
  }

  private typeOf(object: Values, declared: GraphQLNamedOutputType): GraphQLObjectType | null {
    if (isObjectType(declared)) return declared;
    const name = object['__typename'];
    const type = typeof name === 'string' ? this.schema.getType(name) : null;
    return isObjectType(type) ? type : null;
  }

  private stepsOf(type: GraphQLObjectType, sets: readonly SelectionSetNode[]): TrailStep[] {
    const context = { schema: this.schema, fragments: this.planned.fragments, variables: {} };
    return [...collectFields(context, type, sets)].flatMap(([key, nodes]): TrailStep[] => {
      const name = nodes[0]?.name.value ?? '';
      const definition = type.getFields()[name];
      if (!definition || key === edgeNodeKey) return [];
      const named = getNamedType(definition.type);
      if (!isCompositeType(named)) return [];
      const count = this.members.counted.get(`${type.name}.${name}`) ?? null;
      const isList = isListType(getNullableType(definition.type));
      const below = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
      return [{ key, isList, type: named, count, sets: below, next: new Map() }];
    });
  }
}

export function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
