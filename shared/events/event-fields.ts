import { isId, type IdPrefix } from '#shared/ids';

/** One value an event may carry. There is no kind for free text, so text about a person cannot even be declared. */
export interface EventField<Value> {
  readonly kind: 'id' | 'code' | 'count' | 'flag' | 'instant';
  readonly accepts: (value: unknown) => boolean;
  /** Never read: it carries the type of the values. */
  readonly value?: Value;
}

interface RequiredField<Value> extends EventField<Value> {
  /** The same field, allowing null. */
  readonly orNull: EventField<Value | null>;
}

/** What codes of an open list look like: capitals and digits, no spaces, so that no sentence passes for one. */
const openCode = /^[A-Z0-9_:.-]{1,64}$/;

function field<Value>(kind: EventField<Value>['kind'], accepts: (value: unknown) => boolean): RequiredField<Value> {
  return { kind, accepts, orNull: { kind, accepts: (value) => value === null || accepts(value) } };
}

/** The id of a record of this kind. */
export function id(prefix: IdPrefix): RequiredField<string> {
  return field('id', (value) => typeof value === 'string' && isId(prefix, value));
}

/** One of the codes listed; with none listed, any `^[A-Z0-9_:.-]{1,64}$`. */
export function code<const Codes extends readonly string[]>(
  ...codes: Codes
): RequiredField<Codes['length'] extends 0 ? string : Codes[number]> {
  if (codes.length === 0) return field('code', (value) => typeof value === 'string' && openCode.test(value));
  const listed: ReadonlySet<unknown> = new Set(codes);
  return field('code', (value) => listed.has(value));
}

/** A key that an organisation has chosen in lower case, e.g. of a queue: letters, digits and hyphens, no spaces. */
export const slug = field<string>('code', (value) => typeof value === 'string' && /^[a-z][a-z0-9-]{0,62}$/.test(value));

/** A whole number from 0 to 2^53 - 1. */
export const count = field<number>('count', (value) => Number.isSafeInteger(value) && Number(value) >= 0);

export const flag = field<boolean>('flag', (value) => typeof value === 'boolean');

/** RFC 3339 in UTC with milliseconds, as `Date.toISOString` writes it. */
export const instant = field<string>('instant', (value) => {
  if (typeof value !== 'string') return false;
  const at = new Date(value);
  return !Number.isNaN(at.getTime()) && at.toISOString() === value;
});
