import {
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isScalarType,
} from 'graphql';
import { type AccessRule, AccessRules } from '#shared/auth';
import { type LoadedSupergraph } from '../supergraph';
import {
  type FieldPath,
  PathSample,
  type Step,
  coordinateOf,
  everyPath,
  seededRandom,
  targetOf,
} from './field-paths.fixture';
import { type ShapedQuery, queryShapes } from './query-shapes.fixture';

/** Scopes, and the policies that hold. */
interface Caller {
  readonly scopes: readonly string[];
  readonly roles: readonly string[];
}

/** One way to ask for one protected field, and somebody who may not have it. */
export interface PathCase {
  readonly name: string;
  readonly shape: string;
  readonly path: FieldPath;
  readonly query: ShapedQuery;
  /** Has everything but what one of the rules demands. Null is a caller without a token. */
  readonly stranger: Caller | null;
}

export interface PathCases {
  readonly cases: readonly PathCase[];
  /** Has everything. */
  readonly insider: Caller;
  readonly fields: { readonly covered: number; readonly all: number };
  /** Protected fields that no way of at most four hops leads to. */
  readonly unreached: readonly string[];
  /** Ways of at most four hops to protected fields. */
  readonly paths: { readonly covered: number; readonly all: number };
}

interface CasesOptions {
  readonly supergraph: LoadedSupergraph;
  /** About how many cases; beyond that they are drawn, as many for each field. */
  readonly about: number;
  readonly seed: number;
}

/** Every protected field × every path of at most four hops × every shape of a query, or a fair share of them. */
export function pathCases({ supergraph, about, seed }: CasesOptions): PathCases {
  const { schema, policy } = supergraph;
  const rules = new ProtectedFields(AccessRules.fromSdl(policy), schema);
  const random = seededRandom(seed);
  const shapes = Object.keys(queryShapes).length;
  const sample = new PathSample(Math.max(1, Math.ceil(about / shapes / rules.coordinates.size)) * 3, random);
  for (const path of everyPath(schema)) if (rules.coordinates.has(coordinateOf(targetOf(path)))) sample.add(path);
  const perField = Math.ceil(about / sample.byField.size);
  const cases = [...sample.byField.values()].flatMap((paths) =>
    drawn(
      paths.flatMap((path) => casesOf(path, { schema, rules, random })),
      perField,
      random,
    ),
  );
  return {
    cases,
    insider: rules.insider,
    fields: { covered: sample.byField.size, all: rules.coordinates.size },
    unreached: [...rules.coordinates].filter((coordinate) => !sample.byField.has(coordinate)),
    paths: {
      covered: new Set(cases.map(({ path }) => path)).size,
      all: [...sample.seen.values()].reduce((sum, seen) => sum + seen, 0),
    },
  };
}

interface CaseContext {
  readonly schema: GraphQLSchema;
  readonly rules: ProtectedFields;
  readonly random: () => number;
}

function casesOf(path: FieldPath, { schema, rules, random }: CaseContext): PathCase[] {
  const target = targetOf(path);
  return Object.entries(queryShapes).flatMap(([shape, write]): PathCase[] => {
    const query = write({ schema, path });
    const [rule] = drawn(rules.of(target), 1, random);
    if (!query || !rule) return [];
    const way = path.steps.map(coordinateOf).join(' → ');
    return [{ name: `${shape}: ${way}`, shape, path, query, stranger: rules.strangerTo(rule) }];
  });
}

function drawn<Item>(items: readonly Item[], count: number, random: () => number): Item[] {
  const left = [...items];
  const taken: Item[] = [];
  while (taken.length < count && left.length > 0) taken.push(...left.splice(Math.floor(random() * left.length), 1));
  return taken;
}

class ProtectedFields {
  readonly coordinates: ReadonlySet<string>;
  readonly insider: Caller;

  constructor(
    private readonly rules: AccessRules,
    schema: GraphQLSchema,
  ) {
    const steps = Object.values(schema.getTypeMap()).flatMap((type): Step[] =>
      'getFields' in type && 'getInterfaces' in type && 'isTypeOf' in type && !type.name.startsWith('__')
        ? Object.values(type.getFields()).map((field) => ({ parent: type, field }))
        : [],
    );
    const isProtected = steps.filter((step) => this.of(step).length > 0);
    this.coordinates = new Set(isProtected.map(coordinateOf));
    const all = isProtected.flatMap((step) => this.of(step));
    this.insider = {
      scopes: namesIn(all.map(({ alternatives }) => alternatives)),
      roles: namesIn(all.map(({ policies }) => policies)),
    };
  }

  of({ parent, field }: Step): readonly AccessRule[] {
    return this.rules.forSelection(parent, field.name);
  }

  /** Who has one name less in every alternative. */
  strangerTo({ alternatives, policies }: AccessRule): Caller | null {
    if (alternatives.length === 0 && policies.length === 0) return null;
    const lacked = new Set([...alternatives, ...policies].map((together) => together[together.length - 1]));
    const { scopes, roles } = this.insider;
    return { scopes: scopes.filter((name) => !lacked.has(name)), roles: roles.filter((name) => !lacked.has(name)) };
  }
}

function namesIn(alternatives: readonly (readonly (readonly string[])[])[]): string[] {
  return [...new Set(alternatives.flat(2))].sort();
}

/** Does a subgraph answer this field with a text that says which field it is? */
export function isTextual({ field }: Step): boolean {
  const type = getNamedType(field.type);
  return isScalarType(type) && !['Int', 'Float', 'Boolean'].includes(type.name);
}

export function isLeaf({ field }: Step): boolean {
  const type = getNamedType(field.type);
  return isLeafType(type) || isEnumType(type);
}

/** Everything that stands at some response keys, whatever lists are in between. */
export function valuesAt(data: unknown, keys: readonly string[]): unknown[] {
  if (Array.isArray(data)) return data.flatMap((item) => valuesAt(item, keys));
  const [key, ...rest] = keys;
  if (key === undefined) return [data];
  if (typeof data !== 'object' || data === null) return [];
  return valuesAt((data as Readonly<Record<string, unknown>>)[key], rest);
}

/** The types of the values along a path of the answer: of each field, and of each index within its lists. */
export function typesAlong(steps: readonly Step[], path: readonly (string | number)[]): GraphQLOutputType[] {
  const fields = steps.map(({ field }) => field.type)[Symbol.iterator]();
  const types: GraphQLOutputType[] = [];
  for (const step of path) {
    const type = typeof step === 'string' ? fields.next().value : itemOf(types[types.length - 1]);
    if (!type) throw new Error(`The path ${path.join('.')} leads nowhere`);
    types.push(type);
  }
  return types;
}

function itemOf(type: GraphQLOutputType | undefined): GraphQLOutputType | undefined {
  const list = isNonNullType(type) ? (type.ofType as GraphQLOutputType) : type;
  return isListType(list) ? list.ofType : undefined;
}
