import {
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLSchema,
  astFromValue,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
  print,
} from 'graphql';
import { type FieldPath, type Step, coordinateOf, targetOf } from './field-paths.fixture';

/** An operation that asks for the last field of a path. */
export interface ShapedQuery {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Where the field stands in the answer: response keys, without indices. */
  readonly keys: readonly string[];
}

interface Options {
  readonly schema: GraphQLSchema;
  readonly path: FieldPath;
}

/** Null where a shape does not fit a path. */
type Shape = (options: Options) => ShapedQuery | null;

/** The ways to write down one and the same thing. */
export const queryShapes: Readonly<Record<string, Shape>> = {
  alias: ({ path }) => {
    const keys = path.steps.map((_step, index) => `as${String(index)}`);
    return written(path, targetText(targetOf(path)), { keys });
  },
  'named fragment': ({ path }) => {
    const { parent } = targetOf(path);
    return written(path, '...Part', { fragments: `fragment Part on ${parent.name} { ${targetText(targetOf(path))} }` });
  },
  'inline fragment': ({ path }) => {
    const target = targetOf(path);
    return written(path, `... on ${target.parent.name} { ... { ${targetText(target)} } }`);
  },
  interface: ({ path }) => {
    const target = targetOf(path);
    const declaring = target.parent.getInterfaces().find((type) => type.getFields()[target.field.name]);
    return declaring ? written(path, `... on ${declaring.name} { ${targetText(target)} }`) : null;
  },
  union: ({ schema, path }) => {
    const target = targetOf(path);
    const union = Object.values(schema.getTypeMap()).find(
      (type) => isUnionType(type) && schema.isSubType(type, target.parent),
    );
    const text = `... on ${target.parent.name} { ${targetText(target)} }`;
    return union ? written(path, `... on ${union.name} { ${text} }`) : null;
  },
  directive: ({ path }) => {
    const text = targetText(targetOf(path), ' @include(if: $yes) @skip(if: $no)');
    const variables = { yes: true, no: false };
    return written(path, `... @include(if: $yes) { ${text} }`, {
      variables,
      declared: ['$yes: Boolean!', '$no: Boolean!'],
    });
  },
  __typename: ({ path }) => written(path, `__typename ${targetText(targetOf(path))} named: __typename`),
  list: ({ path }) =>
    path.steps.some(({ field }) => isList(field.type)) ? written(path, targetText(targetOf(path))) : null,
  'entity hop': ({ path }) => {
    const target = targetOf(path);
    const siblings = leavesOf(target).filter((name) => name !== target.field.name);
    return siblings.length > 0 ? written(path, [...siblings, targetText(target)].join(' ')) : null;
  },
  'nested fragment': ({ path }) => {
    const target = targetOf(path);
    const fragments = [
      `fragment Outer on ${target.parent.name} { ...Inner }`,
      `fragment Inner on ${target.parent.name} { ... on ${target.parent.name} { ...Innermost } }`,
      `fragment Innermost on ${target.parent.name} { ${targetText(target)} }`,
    ];
    return written(path, '...Outer', { fragments: fragments.join(' ') });
  },
  variables: ({ path }) => {
    const argumentsOf = path.steps.map(({ field }, index) =>
      field.args.map((arg) => ({ arg, name: `${arg.name}${String(index)}` })),
    );
    const all = argumentsOf.flat();
    if (all.length === 0) return null;
    const declared = all.map(({ arg, name }) => `$${name}: ${String(arg.type)}`);
    const variables = Object.fromEntries(all.map(({ arg, name }) => [name, sampleOf(arg.type)]));
    const given = argumentsOf.map((args) => argumentText(args.map(({ arg, name }) => `${arg.name}: $${name}`)));
    const { field } = targetOf(path);
    return written(path, `${field.name}${given[given.length - 1] ?? ''}${below(field)}`, {
      variables,
      declared,
      given,
    });
  },
  'duplicated selection': ({ path }) => {
    const text = targetText(targetOf(path));
    const once = written(path, text);
    const [, body = ''] = /\{(.*)\}$/s.exec(once.query) ?? [];
    return { ...once, query: `${path.operation} { ${body} ... { ${body} } ${body} }` };
  },
};

interface Writing {
  /** Response keys instead of the fields' names. */
  readonly keys?: readonly string[];
  readonly fragments?: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly declared?: readonly string[];
  /** The arguments of each step. */
  readonly given?: readonly string[];
}

/** @param innermost what is selected on the type that has the last field */
function written({ operation, steps }: FieldPath, innermost: string, writing: Writing = {}): ShapedQuery {
  const keys = writing.keys ?? steps.map(({ field }) => field.name);
  const last = steps.length - 1;
  const aliased = writing.keys ? `${keys[last] ?? ''}: ${innermost}` : innermost;
  const text = steps.slice(0, -1).reduceRight((inner, step, index) => {
    const next = steps[index + 1];
    const alias = writing.keys ? `${keys[index] ?? ''}: ` : '';
    const given = writing.given?.[index] ?? requiredArguments(step);
    return `${alias}${step.field.name}${given} { ${next ? onType(step, next, inner) : inner} }`;
  }, aliased);
  const declared = writing.declared?.length ? ` All(${writing.declared.join(', ')})` : '';
  const query = `${operation}${declared} { ${text} } ${writing.fragments ?? ''}`.trim();
  return { query, variables: writing.variables ?? {}, keys };
}

function onType({ field }: Step, { parent }: Step, inner: string): string {
  return getNamedType(field.type) === parent ? inner : `... on ${parent.name} { ${inner} }`;
}

function targetText(step: Step, directives = ''): string {
  return `${step.field.name}${requiredArguments(step)}${directives}${below(step.field)}`;
}

/** A field that returns objects is shown by something of them. */
function below({ type }: Step['field']): string {
  const returned = getNamedType(type);
  if (!isCompositeType(returned)) return '';
  const [leaf] = isObjectType(returned) ? Object.values(returned.getFields()).filter(isPlainLeaf) : [];
  return isAbstractType(returned) || !leaf ? ' { __typename }' : ` { ${leaf.name} }`;
}

function isPlainLeaf(field: Step['field']): boolean {
  return isLeafType(getNamedType(field.type)) && !field.args.some(isRequiredArgument);
}

function leavesOf({ parent }: Step): string[] {
  return Object.values(parent.getFields())
    .filter(isPlainLeaf)
    .map(({ name }) => name)
    .slice(0, 25);
}

function requiredArguments({ field }: Step): string {
  return argumentText(field.args.filter(isRequiredArgument).map((arg) => `${arg.name}: ${literalOf(arg)}`));
}

function argumentText(given: readonly string[]): string {
  return given.length > 0 ? `(${given.join(', ')})` : '';
}

function literalOf({ type }: GraphQLArgument): string {
  const node = astFromValue(sampleOf(type), type);
  if (!node) throw new Error(`There is no sample of ${String(type)}`);
  return print(node);
}

/** Some value of an input type: of an input object no more than it must have. */
function sampleOf(type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return sampleOf(type.ofType);
  if (isListType(type)) return [sampleOf(type.ofType)];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (isInputObjectType(type)) {
    const needed = Object.values(type.getFields()).filter((field) => isNonNullType(field.type));
    return Object.fromEntries(needed.map((field) => [field.name, sampleOf(field.type)]));
  }
  const numbers: Readonly<Record<string, unknown>> = { Int: 2, Float: 2.5, Boolean: true };
  return numbers[type.name] ?? 'sample';
}

function isList(type: Step['field']['type']): boolean {
  return isNonNullType(type) ? isListType(type.ofType) : isListType(type);
}

/** Of which type each field on the way is to return objects, where there is a choice. */
export function preferencesOf({ steps }: FieldPath): Map<string, string> {
  return new Map(
    steps.slice(1).flatMap(({ parent }, index): [string, string][] => {
      const before = steps[index];
      return before ? [[coordinateOf(before), parent.name]] : [];
    }),
  );
}
