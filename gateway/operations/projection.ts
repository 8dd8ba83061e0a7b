import {
  type FieldNode,
  type GraphQLError,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type SelectionSetNode,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { type AccessRule, type Actor } from '#shared/auth';
import { type DeniedRules, denialError } from '../authorize';
import { type CollectContext, collectFields } from './collect-fields';
import { type CutContext } from './cut-document';
import { isIntrospective } from './response-keys';

/** More errors than this tell a client nothing new. */
const maxDenials = 1_000;

export interface ProjectionContext extends CollectContext, CutContext {
  readonly denied: DeniedRules;
  readonly actor: Actor | null;
}

type Source = Readonly<Record<string, unknown>>;
type Path = readonly (string | number)[];

/** A null where the schema allows none: the nearest nullable field around it becomes null (specification §6.4.4). */
const bubble = Symbol('null must bubble');
type Projected = unknown;

/** Gives the answer to the cut document the shape of the client's: denied fields are null, each with its error. */
export class Projection {
  readonly denials: GraphQLError[] = [];

  constructor(private readonly context: ProjectionContext) {}

  root(type: GraphQLObjectType, set: SelectionSetNode, source: Source): Record<string, unknown> | null {
    const projected = this.object(type, [set], { source, path: [] });
    return projected === bubble ? null : projected;
  }

  /** The denials among the root fields, none of which is looked into. */
  rootDenials(type: GraphQLObjectType, set: SelectionSetNode): GraphQLError[] {
    return [...collectFields(this.context, type, [set])].flatMap(([key, [field]]) => {
      const rule = field && this.denialOf(type, field);
      return rule ? [denialError(rule, this.context.actor, [key])] : [];
    });
  }

  private object(
    type: GraphQLObjectType,
    sets: readonly SelectionSetNode[],
    at: { source: Source; path: Path },
  ): Record<string, unknown> | typeof bubble {
    // A response key may be any name, `__proto__` included, so the object has no prototype.
    const answer = Object.create(null) as Record<string, unknown>;
    for (const [key, fields] of collectFields(this.context, type, sets)) {
      const value = this.field(type, fields, { source: at.source, path: [...at.path, key] });
      if (value === bubble) return bubble;
      answer[key] = value;
    }
    return answer;
  }

  private field(type: GraphQLObjectType, fields: readonly FieldNode[], at: { source: Source; path: Path }): Projected {
    const [field] = fields;
    if (!field) return null;
    if (field.name.value === '__typename') return type.name;
    const value = at.source[this.context.keys.planned(field)];
    const definition = type.getFields()[field.name.value];
    if (isIntrospective(field) || !definition) return value ?? null;
    const rule = this.denialOf(type, field);
    if (rule) return this.deny(rule, definition.type, at.path);
    const sets = fields.flatMap(({ selectionSet }) => selectionSet ?? []);
    return this.value(definition.type, sets, { source: value, path: at.path });
  }

  private value(
    type: GraphQLOutputType,
    sets: readonly SelectionSetNode[],
    at: { source: unknown; path: Path },
  ): Projected {
    if (isNonNullType(type)) return this.value(type.ofType, sets, at) ?? bubble;
    if (at.source === null || at.source === undefined) return null;
    if (isLeafType(type)) return at.source;
    if (isListType(type))
      return orNull(this.list(type.ofType, sets, { source: at.source as unknown[], path: at.path }));
    const source = at.source as Source;
    const concrete = isObjectType(type) ? type : this.context.schema.getType(String(source['__typename']));
    if (!isObjectType(concrete)) return null;
    return orNull(this.object(concrete, sets, { source, path: at.path }));
  }

  private list(
    type: GraphQLOutputType,
    sets: readonly SelectionSetNode[],
    at: { source: readonly unknown[]; path: Path },
  ): unknown[] | typeof bubble {
    const items = at.source.map((source, index) => this.value(type, sets, { source, path: [...at.path, index] }));
    return items.includes(bubble) ? bubble : items;
  }

  private denialOf(type: GraphQLObjectType, field: FieldNode): AccessRule | null {
    return this.context.authorizer.denialOf(type, field.name.value, this.context.denied);
  }

  private deny(rule: AccessRule, type: GraphQLOutputType, path: Path): Projected {
    if (this.denials.length < maxDenials) this.denials.push(denialError(rule, this.context.actor, path));
    return isNonNullType(type) ? bubble : null;
  }
}

function orNull(value: Projected): Projected {
  return value === bubble ? null : value;
}
