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

/** A test of a JavaScript variable. */
export interface QuickTest {
  /** As program text. */
  readonly written: (variable: string) => string;
  /** Whether what it holds for is a string; otherwise it is a number that JSON can express, or a boolean. */
  readonly isString: boolean;
}

const ofString: QuickTest = { written: (value) => `typeof ${value} === 'string'`, isString: true };

const others: Readonly<Record<string, QuickTest>> = {
  Int: { written: (value) => `(${value} | 0) === ${value}`, isString: false },
  Float: { written: (value) => `typeof ${value} === 'number' && isFinite(${value})`, isString: false },
  Boolean: { written: (value) => `typeof ${value} === 'boolean'`, isString: false },
};

/** Holds for most values that fit the type of a field, and for none that do not. Null: there is no such test. */
export function quickTest(type: GraphQLOutputType): QuickTest | null {
  const leaf = getNullableType(type);
  if (!isLeafType(leaf) || isEnumType(leaf)) return null;
  // Custom scalars may be anything, and most are written as strings.
  return others[leaf.name] ?? ofString;
}
