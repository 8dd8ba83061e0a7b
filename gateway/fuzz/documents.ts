import { type Chance } from './chance';
import { name, oddity, text, token } from './words';

/** What well-meaning clients send; most inputs are one of these, spoiled. */
const wellFormed = [
  '{ ping }',
  '{ cases(first: 2) { id title patient { id name legacyId } reviews { id rating text } } }',
  'query Q($id: ID!, $n: Int = 3) { patient(id: $id) { id name code } cases(first: $n) { id } }',
  '{ people(first: 1) { __typename id name ... on Patient { legacyId nationalId } ... on Practitioner { code } } }',
  '{ found { ... on Patient { id } ... on Practitioner { name } } ledger boom }',
  'query($id: ID!) { person(id: $id) { ...P } } fragment P on Person { id name ... on Patient { code } }',
  'mutation { touch openCase(title: "A") { id title } }',
  'mutation M($t: String!) { openCase(title: $t) { id patient { name } } }',
  'subscription($id: ID) { caseChanged(caseId: $id) { id title reviews { rating } } }',
  'query($yes: Boolean = true) { ping @include(if: $yes) ledger @skip(if: $yes) reviews { id } }',
  '{ __schema { queryType { name } types { name fields { name type { name ofType { name } } } } } }',
  '{ _entities(representations: [{ __typename: "Case", id: "c1" }]) { ... on Case { title } } }',
  '{ _service { sdl } }',
];

export function document(chance: Chance): string {
  const kind = chance.below(20);
  if (kind < 10) return spoil(chance, chance.of(wellFormed));
  if (kind < 17) return invented(chance);
  if (kind === 17) return chance.of(wellFormed);
  return excessive(chance);
}

/** Deletes, doubles, swaps, inserts and replaces tokens. */
function spoil(chance: Chance, source: string): string {
  const tokens = source.split(/(?<=[^\w$@.])|(?=[^\w$@.])/u);
  for (let turn = chance.below(4); turn >= 0; turn--) {
    const at = chance.below(tokens.length);
    const [here = '', there = ''] = [tokens[at], tokens[chance.below(tokens.length)]];
    const changes = [[], [here, here], [there], [here, token(chance)], [token(chance)], [oddity(chance), here]];
    tokens.splice(at, 1, ...chance.of(changes));
  }
  const spoilt = tokens.join('');
  return chance.is(0.1) ? spoilt.slice(0, chance.below(spoilt.length)) : spoilt;
}

/** After GraphQL's grammar, over the schema's words, with no regard for what fits together. */
function invented(chance: Chance): string {
  const head = chance.of(['', 'query', 'query Q', 'mutation', 'subscription S', 'query($n: Int, $id: ID!)']);
  const definitions = [`${head} ${selection(chance, 1 + chance.below(6))}`];
  for (const fragment of chance.times(3, () => chance.of(['F', 'G', 'H']))) {
    definitions.push(`fragment ${fragment} on ${name(chance)} ${selection(chance, chance.below(4))}`);
  }
  return definitions.join(' ');
}

function selection(chance: Chance, depth: number): string {
  const fields = Array.from({ length: 1 + chance.below(4) }, () => field(chance, depth));
  return `{ ${fields.join(' ')} }`;
}

function field(chance: Chance, depth: number): string {
  const kind = chance.below(12);
  if (kind === 0) return `...${chance.of(['F', 'G', 'H'])}`;
  if (kind === 1 && depth > 0) return `... on ${name(chance)} ${selection(chance, depth - 1)}`;
  const alias = chance.is(0.15) ? `${name(chance)}: ` : '';
  const given = chance.is(0.2) ? `(${name(chance)}: ${literal(chance)})` : '';
  const directive = chance.is(0.1) ? ` @${name(chance)}(if: ${literal(chance)})` : '';
  const inner = depth > 0 && chance.is(0.6) ? ` ${selection(chance, depth - 1)}` : '';
  return `${alias}${name(chance)}${given}${directive}${inner}`;
}

function literal(chance: Chance): string {
  const kind = chance.below(6);
  if (kind === 0) return '$n';
  if (kind === 1) return `[${chance.times(3, () => token(chance)).join(' ')}]`;
  if (kind === 2) return `{ ${name(chance)}: ${token(chance)} }`;
  return kind === 3 ? `"${text(chance)}"` : token(chance);
}

/** Too much of something. */
function excessive(chance: Chance): string {
  const amount = 1 + chance.below(400);
  switch (chance.below(9)) {
    case 0:
      return '{ cases { patient '.repeat(amount);
    case 1:
      return `{ cases { ${'id '.repeat(amount * 4)} } }`;
    case 2:
      return `{ ${Array.from({ length: amount }, (_, turn) => `a${String(turn)}: ping`).join(' ')} }`;
    case 3:
      return `{ ping ${'@include(if: true) '.repeat(amount)} }`;
    case 4:
      return `{ patient(id: ${'['.repeat(amount * 4)}) }`;
    case 5:
      return `{ ${'a'.repeat(amount * 200)} }`;
    case 6:
      return `{ ...F0 } ${Array.from({ length: amount }, (_, turn) => `fragment F${String(turn)} on Query { ...F${String(turn + 1)} ...F${String(turn + 1)} }`).join(' ')}`;
    case 7:
      return `query(${Array.from({ length: amount }, (_, turn) => `$v${String(turn)}: ${'['.repeat(turn % 40)}Int`).join(' ')}) { ping }`;
    default:
      return `{ people { ${'... on Patient { legacyId ... on Person { id name } } '.repeat(amount % 60)} } }`;
  }
}
