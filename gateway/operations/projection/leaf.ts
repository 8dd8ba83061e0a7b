import { type GraphQLLeafType, type GraphQLOutputType, getNullableType, isEnumType, isLeafType } from 'graphql';

/** Does a value fit its type, as results are coerced (specification §3.5)? Custom scalars are their subgraphs' affair. */
export type LeafCheck = (value: unknown) => boolean;

const builtIn: Readonly<Record<string, LeafCheck>> = {
  Int: (value) => typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= 2 ** 31,
  Float: (value) => typeof value === 'number' && Number.isFinite(value),
  String: (value) => typeof value === 'string',
  Boolean: (value) => typeof value === 'boolean',
  ID: (value) => typeof value === 'string' || Number.isInteger(value),
};

export function leafCheck(type: GraphQLLeafType): LeafCheck {
  if (!isEnumType(type)) return builtIn[type.name] ?? (() => true);
  // A value that a contract or `@inaccessible` hides from clients must not reach them in data.
  const values = new Set<unknown>(type.getValues().map(({ name }) => name));
  return (value) => values.has(value);
}

/** A test of a JavaScript variable, as program text. */
export type WrittenTest = (variable: string) => string;

const isString: WrittenTest = (value) => `typeof ${value} === 'string'`;

const written: Readonly<Record<string, WrittenTest>> = {
  Int: (value) => `(${value} | 0) === ${value}`,
  Float: (value) => `typeof ${value} === 'number' && isFinite(${value})`,
  Boolean: (value) => `typeof ${value} === 'boolean'`,
};

/** Holds for most values that fit the type of a field, and for none that do not. Null: there is no such test. */
export function quickTest(type: GraphQLOutputType): WrittenTest | null {
  const leaf = getNullableType(type);
  if (!isLeafType(leaf) || isEnumType(leaf)) return null;
  // Custom scalars may be anything, and most are written as strings.
  return written[leaf.name] ?? isString;
}
