import { type GraphQLSchema, isAbstractType } from 'graphql';
import { type DeferrableFragment } from './label-fragments';

type Values = Record<string, unknown>;

export interface Place {
  readonly source: Values;
  /** What was answered there before. */
  readonly target: Values;
  readonly path: readonly (string | number)[];
}

/** Every object that a fragment is about, of those that were answered: a null took the others' place. */
export function placesOf(
  { path: steps, conditions }: DeferrableFragment,
  schema: GraphQLSchema,
  whole: { readonly source: unknown; readonly target: unknown },
): Place[] {
  const places: Place[] = [];
  const walk = (at: { source: unknown; target: unknown; path: Place['path'] }, depth: number): void => {
    const { source, target, path } = at;
    if (Array.isArray(source) && Array.isArray(target)) {
      source.forEach((item: unknown, index) => {
        walk({ source: item, target: target[index] as unknown, path: [...path, index] }, depth);
      });
    } else if (isObject(source) && isObject(target)) {
      const step = steps[depth];
      if (!fits(source, step?.conditions ?? conditions, schema)) return;
      if (!step) places.push({ source, target, path });
      else {
        const [from, to] = [source[step.planned], target[step.answered]];
        walk({ source: from, target: to, path: [...path, step.answered] }, depth + 1);
      }
    }
  };
  walk({ ...whole, path: [] }, 0);
  return places;
}

/** An object that does not say what it is is what the field it is from says, or nothing was asked that depends on it. */
function fits({ __typename: name }: Values, conditions: readonly string[], schema: GraphQLSchema): boolean {
  const type = typeof name === 'string' ? schema.getType(name) : undefined;
  if (!type) return true;
  return conditions.every((condition) => {
    const wanted = schema.getType(condition);
    return wanted === type || (isAbstractType(wanted) && schema.getPossibleTypes(wanted).some((one) => one === type));
  });
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
