import { type Chance } from './chance';

/** Names of the schema, of introspection and federation, and some that nothing has. */
const names = (
  'id name code title patient patients cases reviews rating text people found person ledger boom ping legacyId ' +
  'nationalId openCase touch caseChanged unbound Query Mutation Subscription Patient Practitioner Person Case Review ' +
  'Found __typename __schema __type _service _entities sdl types fields ofType inputFields query mutation subscription ' +
  'fragment on first after caseId representations if skip include defer stream deprecated nothing F G H __proto__ ' +
  'constructor toString null true false Int String ID Boolean Float'
).split(' ');

/** Characters that parsers, encoders and terminals have stumbled over. */
const oddities = [
  '\u0000',
  '\uFEFF',
  '\u202E',
  '\u2028',
  '\uD800',
  '\uDFFF\uD800',
  '😀',
  'é\u0301\u0301\u0301',
  '\r',
  '\\u{110000}',
  '\\uD83D',
  '"""',
  '\\"',
  '#',
  '\u007F',
  '%00',
  '＂',
];

const punctuators = ['{', '}', '(', ')', '[', ']', ':', '!', '=', '|', '&', '$', '@', '...', ','];

const numbers = ['0', '-0', '-1', '101', '2147483648', '1e309', '-1e-400', '00', '1.', '9'.repeat(400)];

export function name(chance: Chance): string {
  return chance.of(names);
}

export function oddity(chance: Chance): string {
  return chance.of(oddities);
}

export function token(chance: Chance): string {
  const kind = chance.below(8);
  if (kind < 3) return name(chance);
  if (kind < 6) return chance.of(punctuators);
  if (kind === 6) return chance.of(numbers);
  return chance.is(0.5) ? oddity(chance) : `"${text(chance)}"`;
}

/** A text of no use, seldom a long one. */
export function text(chance: Chance): string {
  const parts = chance.times(4, () => (chance.is(0.3) ? oddity(chance) : name(chance)));
  return chance.is(0.01) ? parts.join('').repeat(500) : parts.join(' ');
}

/** A value as JSON has it, with things in it that are no business of GraphQL. */
export function json(chance: Chance, depth = 4): unknown {
  const kind = chance.below(depth === 0 ? 6 : 9);
  switch (kind) {
    case 0:
      return null;
    case 1:
      return chance.is(0.5);
    case 2:
      return Number(chance.of(numbers));
    case 3:
    case 4:
      return text(chance);
    case 5:
      return { __typename: name(chance), id: text(chance) };
    case 6:
      return chance.times(5, () => json(chance, depth - 1));
    default:
      return Object.fromEntries(chance.times(5, () => [name(chance), json(chance, depth - 1)] as const));
  }
}
