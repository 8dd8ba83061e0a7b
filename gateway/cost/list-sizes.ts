import { type FieldNode, type GraphQLField } from 'graphql';
import { DomainError } from '#shared/errors';
import { hasVariables, valueOf } from './argument-cost';
import { type ListSize } from './cost-directives';
import { type Size, type Variables } from './formula';

/** Keeps products of sizes within what a double can tell apart from infinity. */
const largestSize = 1_000_000_000;

interface SlicedField {
  readonly coordinate: string;
  readonly definition: GraphQLField<unknown, unknown>;
  readonly node: FieldNode;
}

type ReadArgument = (variables: Variables) => number | null;

/**
 * The size that a field's slicing arguments ask for, or the assumed one, or else `fallback`.
 * @throws {DomainError} BAD_USER_INPUT, now or from the returned function, unless exactly one slicing argument is given
 * where the directive requires one. A default counts as given.
 */
export function sizeOf(listSize: ListSize, field: SlicedField, fallback: Size): Size {
  const { slicingArguments, assumedSize } = listSize;
  const readers = slicingArguments.map((name) => readerOf(field, name));
  const read = (variables: Variables): number | null => {
    const sizes = readers.map(({ value }) => value(variables)).filter((size) => size !== null);
    if (slicingArguments.length > 0) assertOneGiven(listSize, field.coordinate, sizes.length);
    return sizes.length > 0 ? Math.min(largestSize, Math.max(0, ...sizes)) : assumedSize;
  };
  if (readers.every(({ varies }) => !varies)) return read({}) ?? fallback;
  return (variables) => read(variables) ?? (typeof fallback === 'number' ? fallback : fallback(variables));
}

function readerOf({ definition, node }: SlicedField, name: string): { varies: boolean; value: ReadArgument } {
  const fallback: unknown = definition.args.find((argument) => argument.name === name)?.defaultValue;
  const given = node.arguments?.find((argument) => argument.name.value === name)?.value;
  if (!given) return { varies: false, value: () => numberOf(fallback) };
  return {
    varies: hasVariables(given),
    value: (variables) => {
      const value = valueOf(given, variables);
      return numberOf(value === undefined ? fallback : value);
    },
  };
}

/** Not yet coerced: a number as text may become one. Anything else is refused later. */
function numberOf(value: unknown): number | null {
  const number = typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && !Number.isNaN(number) ? number : null;
}

function assertOneGiven({ requireOneSlicingArgument, slicingArguments }: ListSize, field: string, given: number): void {
  if (!requireOneSlicingArgument || given === 1) return;
  throw new DomainError('BAD_USER_INPUT', `${field} needs exactly one of the arguments ${slicingArguments.join(', ')}`);
}
