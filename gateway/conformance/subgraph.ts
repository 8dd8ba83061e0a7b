import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  type InlineFragmentNode,
  Kind,
  type SelectionSetNode,
  execute,
  parse,
  validate,
  visit,
} from 'graphql';
import { BoundedCache } from '#shared/cache';
import { type SubgraphRequest, type SubgraphResult } from '../transport';
import { type Faults } from './faults';
import { type FieldFact, type Model, selectionOf } from './model';
import { type Thing, type World, applies, numberIn } from './world';

/** One request's view of the world: what is true, what goes wrong, and what was done to it. */
export interface Run {
  readonly world: World;
  readonly faults: Faults;
  /** The root fields of mutations, in the order in which they were resolved. */
  readonly journal: string[];
}

/** A thing as a subgraph holds it. */
interface Source extends Thing {
  /** The representation it was asked for by, which has what `@requires` needs. */
  readonly given?: Readonly<Record<string, unknown>>;
  /** External fields that the field it came from promised with `@provides`. */
  readonly provided?: readonly SelectionSetNode[];
}

type Resolver = GraphQLFieldResolver<unknown, Run, Record<string, unknown>>;
type Module = Extract<Parameters<typeof buildSubgraphSchema>[0], { resolvers?: unknown }>;

/**
 * A subgraph that answers from the world what it may answer, and nothing else: an external field nobody provided, a
 * field that another subgraph took over, or an entity by a key that is not resolvable is an error, so that a plan that
 * asks for them shows.
 */
export class ConformanceSubgraph {
  private readonly schema: GraphQLSchema;
  /** The same without a single non-null type, for answers that break the contract. */
  private readonly lenient: GraphQLSchema;
  private readonly documents = new BoundedCache<string, DocumentNode | readonly GraphQLError[]>(5_000);

  constructor(
    readonly name: string,
    sdl: string,
    private readonly model: Model,
  ) {
    const typeDefs = parse(sdl);
    this.schema = this.build(typeDefs);
    this.lenient = this.build(withoutNonNull(typeDefs));
  }

  async execute({ query, variables, operationName }: SubgraphRequest, run: Run): Promise<SubgraphResult> {
    const outage = run.faults.outageOf(this.name);
    if (outage === 'unreachable') throw new Error('There is nobody');
    if (outage === 'refusing') return { errors: [{ message: 'No', extensions: { code: 'REFUSED' } }] };
    // Plans number their operations; two seats may call the same one differently.
    const anonymous = operationName ? query.replace(operationName, '') : query;
    const document = this.documents.getOrMake(anonymous, () => this.read(anonymous));
    if (!('kind' in document)) return { errors: document.map((error) => error.toJSON()) };
    const result = await execute({
      schema: run.faults.hasBreach(this.name) ? this.lenient : this.schema,
      document,
      variableValues: variables,
      contextValue: run,
    });
    // As JSON, so that nothing is shared with what the resolvers answered.
    return JSON.parse(JSON.stringify(result)) as SubgraphResult;
  }

  private read(query: string): DocumentNode | readonly GraphQLError[] {
    const document = parse(query);
    const errors = validate(this.schema, document);
    return errors.length > 0 ? errors : document;
  }

  private build(typeDefs: DocumentNode): GraphQLSchema {
    const resolvers: Record<string, Record<string, unknown>> = {};
    const of = (typename: string): Record<string, unknown> => (resolvers[typename] ??= {});
    visit(typeDefs, {
      enter: (node) => {
        if (node.kind === Kind.INTERFACE_TYPE_DEFINITION || node.kind === Kind.UNION_TYPE_DEFINITION) {
          of(node.name.value)['__resolveType'] = ({ __typename }: Thing) => __typename;
        }
        if (node.kind !== Kind.OBJECT_TYPE_DEFINITION && node.kind !== Kind.OBJECT_TYPE_EXTENSION) return;
        for (const field of node.fields ?? []) {
          of(node.name.value)[field.name.value] = this.resolver(node.name.value, field.name.value);
        }
      },
    });
    for (const entity of this.model.entitiesOf(this.name)) {
      of(entity)['__resolveReference'] = (given: Record<string, unknown>, run: Run) => this.entity(entity, given, run);
    }
    return buildSubgraphSchema({ typeDefs, resolvers: resolvers as NonNullable<Module['resolvers']> });
  }

  private entity(typename: string, given: Record<string, unknown>, { world, faults }: Run): Source | null {
    const keys = this.model.resolvableKeys(this.name, typename);
    if (!keys.some((key) => isGiven(key, given))) throw poisoned(`${this.name} has no such key of ${typename}`);
    const number = numberIn(keyValues(keys, given));
    if (number === null) return null;
    const thing = world.thing(typename, number);
    const fault = faults.at(this.name, `${typename}.*`, thing);
    if (fault === 'error') throw new GraphQLError('Injected', { extensions: { code: 'CONFLICT' } });
    return fault === null ? { ...this.localised(thing), given } : null;
  }

  private resolver(typename: string, name: string): Resolver {
    const fact = this.model.factIn(this.name, typename, name);
    if (!fact) throw new Error(`${this.name} does not define ${typename}.${name}`);
    return (source, args, { world, faults, journal }) => {
      const thing = (source as Source | undefined) ?? { __typename: typename, number: 0 };
      if (typename === 'Mutation') journal.push(`${name} ${JSON.stringify(args)}`);
      const fault = faults.at(this.name, `${typename}.${name}`, thing);
      if (fault === 'error') throw new GraphQLError('Injected', { extensions: { code: 'CONFLICT' } });
      const value = fault === 'null' || fault === 'breach' ? null : this.value(thing, fact, { args, world });
      return fault === 'nullItem' && Array.isArray(value) ? everyOther(value) : value;
    };
  }

  private value(
    source: Source,
    fact: FieldFact,
    { args, world }: { args: Readonly<Record<string, unknown>>; world: World },
  ): unknown {
    const { name, requires, provides, isExternal } = fact;
    const provided = (source.provided ?? []).flatMap((fields) => this.within(fields, source.__typename, name));
    const isKey = this.model.isKeyField(source.__typename, name);
    if (isExternal && !isKey && provided.length === 0) throw poisoned(`Nobody provided ${name} to ${this.name}`);
    if (this.model.isOverridden(fact)) throw poisoned(`${name} was taken over from ${this.name}`);
    const required = requires && this.pickGiven(requires, source.given ?? {}, source.__typename);
    const value = world.value(source, name, required ? { args, required } : { args });
    const below = [...provided.flatMap((fields) => fields ?? []), ...(provides ? [provides] : [])];
    return this.localisedAll(value, below);
  }

  /** What a field set says of a field of an object of this type: once for each time it selects it. */
  private within(fields: SelectionSetNode, typename: string, name: string): (SelectionSetNode | null)[] {
    return fields.selections.flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return selection.name.value === name ? [selection.selectionSet ?? null] : [];
      if (selection.kind !== Kind.INLINE_FRAGMENT || !applies(this.model, selection, typename)) return [];
      return this.within(selection.selectionSet, typename, name);
    });
  }

  /** Children keep what was provided for them. */
  private localisedAll(value: unknown, provided: readonly SelectionSetNode[]): unknown {
    if (Array.isArray(value)) return value.map((item) => this.localisedAll(item, provided));
    return isThing(value) ? { ...this.localised(value), provided } : value;
  }

  private localised(thing: Thing): Thing {
    return { ...thing, __typename: this.model.typenameIn(this.name, thing.__typename) };
  }

  private pickGiven(
    fields: SelectionSetNode,
    given: Readonly<Record<string, unknown>>,
    typename: string,
  ): Record<string, unknown> {
    const picked: Record<string, unknown> = {};
    for (const selection of fields.selections) {
      if (selection.kind === Kind.FIELD && selection.name.value !== '__typename') {
        const name = selection.name.value;
        picked[name] = this.pickGivenInto(given[name], { fields: selection.selectionSet, typename, name });
      } else if (selection.kind === Kind.INLINE_FRAGMENT && this.isGivenAs(selection, given, typename)) {
        Object.assign(picked, this.pickGiven(selection.selectionSet, given, typename));
      }
    }
    return picked;
  }

  /** Representations name the types of what is in them only where the field set asks for that. */
  private isGivenAs(fragment: InlineFragmentNode, given: Readonly<Record<string, unknown>>, typename: string): boolean {
    if (typename !== '') return applies(this.model, fragment, typename);
    return isGiven(fragment.selectionSet, given);
  }

  private pickGivenInto(
    value: unknown,
    at: { fields: SelectionSetNode | undefined; typename: string; name: string },
  ): unknown {
    if (value === undefined) return 'NOT GIVEN';
    if (!at.fields || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => this.pickGivenInto(item, at));
    const object = value as Record<string, unknown>;
    const typename = object['__typename'];
    return this.pickGiven(at.fields, object, typeof typename === 'string' ? typename : '');
  }
}

function everyOther(items: readonly unknown[]): unknown[] {
  return items.map((item, index) => (index % 2 === 0 ? null : item));
}

function isThing(value: unknown): value is Thing {
  return typeof value === 'object' && value !== null && '__typename' in value && 'number' in value;
}

function poisoned(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'NOT_ANSWERED_HERE' } });
}

function isGiven(key: SelectionSetNode, given: unknown): boolean {
  if (Array.isArray(given)) return given.every((item) => isGiven(key, item));
  if (typeof given !== 'object' || given === null) return false;
  return key.selections.every((selection) => {
    if (selection.kind !== Kind.FIELD) return true;
    const value = (given as Record<string, unknown>)[selection.name.value];
    return selection.selectionSet ? isGiven(selection.selectionSet, value) : value !== undefined;
  });
}

/** Of a representation, only what belongs to keys: what `@requires` added leads to other numbers. */
function keyValues(keys: readonly SelectionSetNode[], given: Readonly<Record<string, unknown>>): unknown {
  return Object.entries(given).flatMap(([name, value]) =>
    keys.some((key) => selectionOf(key, name) !== undefined) ? [value] : [],
  );
}

function withoutNonNull(typeDefs: DocumentNode): DocumentNode {
  return visit(typeDefs, {
    FieldDefinition: {
      leave: (field) => ({ ...field, type: visit(field.type, { NonNullType: { leave: ({ type }) => type } }) }),
    },
  });
}
