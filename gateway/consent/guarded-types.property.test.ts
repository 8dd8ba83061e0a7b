import fc from 'fast-check';
import { type GuardedGateway } from '../testing/agreements';
import { noteCount, openJournal, personOf } from '../testing/journal';

/** Every answer is what it would be if nobody had refused, without what is theirs who have. */

let journal: GuardedGateway;
let viewer: string;

beforeAll(async () => {
  journal = await openJournal();
  journal.agreements.cacheForSeconds = 0;
  viewer = await journal.issuer.bearer([]);
});

afterAll(() => journal.close());

type Values = Record<string, unknown>;

/** A response key says which field it is: what follows the underscore is the alias's own. */
const aliased = (field: string): fc.Arbitrary<string> => fc.constantFrom(field, `${field}_again: ${field}`);
const leaf = fc.constantFrom('text', 'mood', 'personId', 'stars', 'headline', '__typename').chain(aliased);
const wrap = fc.constantFrom(
  (set: string) => set,
  (set: string) => `... on Note { ${set} }`,
  (set: string) => `... @include(if: true) { ${set} }`,
);

function noteSet(depth: number): fc.Arbitrary<string> {
  const nested = fc
    .tuple(fc.constantFrom('answers', 'before').chain(aliased), fc.nat({ max: depth }))
    .chain(([field]) => noteSet(depth - 1).map((set) => `${field} { ${set} }`));
  const field = depth > 0 ? fc.oneof({ weight: 3, arbitrary: leaf }, { weight: 1, arbitrary: nested }) : leaf;
  return fc
    .tuple(fc.array(field, { maxLength: 4 }), wrap)
    .map(([fields, wrapped]) => `__typename id ${fields.length > 0 ? wrapped(fields.join(' ')) : ''}`);
}

const onNotes = (set: string): string => `__typename ... on Note { ${set} } ... on Memo { id text }`;
const rootField = fc.tuple(fc.integer({ min: 0, max: 8 }), noteSet(2)).map(([which, set]) => {
  const roots = [
    `best { ${set} }`,
    `grid { ${set} }`,
    `binders { label notes { ${set} } }`,
    `entries { ${onNotes(set)} }`,
    `papers { ${onNotes(set)} ... on Scan { id file } }`,
    `desk { top { ${set} } pile { ${set} } }`,
    `note(id: "note-1") { ${set} }`,
    `notes(first: 5) { totalCount nodes { ${set} } }`,
    `notes(first: 5) { edges { cursor node { ${set} } } }`,
  ];
  return roots[which] ?? 'best { id }';
});
const query = fc
  .array(rootField, { minLength: 1, maxLength: 3 })
  .map((fields) => fields.map((field, index) => `${field.split(/\W/)[0] ?? ''}_${String(index)}: ${field}`).join(' '));
const refusals = fc.subarray(
  [0, 1, 2].flatMap((person) => ['READING', 'FEELING', 'SCANNING'].map((to) => `${to} of person-${String(person)}`)),
);

test('whatever the path, nothing of who refuses appears, and all of the others does', async () => {
  await fc.assert(
    fc.asyncProperty(query, refusals, async (fields, refused) => {
      const { agreements } = journal;
      agreements.refused.clear();
      const whole = await journal.ask(`{ ${fields} }`, viewer);
      for (const refusal of refused) agreements.refused.add(refusal);
      const answer = await journal.ask(`{ ${fields} }`, viewer);
      expect(answer.data).toEqual(shown(whole.data, new Set(refused)));
      expect(leaks(JSON.stringify(answer), refused)).toEqual([]);
      for (const { extensions } of answer.errors ?? []) expect(extensions['code']).toBe('CONSENT_REQUIRED');
    }),
    { numRuns: 80, seed: 20_261_201 },
  );
});

/** What only an object can have told. */
function leaks(text: string, refused: readonly string[]): string[] {
  const told = text.match(/(?:Text|Mood|Stars|File) of (?:note|scan)-\d/g) ?? [];
  return told.filter((words) => {
    const id = words.split(' ').at(-1) ?? '';
    const purpose = id.startsWith('scan') ? 'SCANNING' : 'READING';
    const isFelt = words.startsWith('Mood') && refused.includes(`FEELING of ${ownerOf(id) ?? ''}`);
    return isFelt || refused.includes(`${purpose} of ${ownerOf(id) ?? ''}`);
  });
}

function ownerOf(id: string): string | null {
  return id.startsWith('scan') ? id.replace('scan', 'person') : personOf(id);
}

/** The law, said once more: over the answer that everybody agrees to. */
function shown(value: unknown, refused: ReadonlySet<string>): unknown {
  if (Array.isArray(value))
    return value.filter((item) => !isDenied(memberOf(item), refused)).map((item) => shown(item, refused));
  if (typeof value !== 'object' || value === null) return value;
  const object = value as Values;
  if (isDenied(object, refused)) return withheld(object);
  const owner = ownerOf(String(object['id']));
  const entries = Object.entries(object).map(([key, inner]): [string, unknown] => {
    if (fieldOf(key) === 'totalCount') return [key, countOf(refused)];
    if (fieldOf(key) === 'mood' && refused.has(`FEELING of ${owner ?? ''}`)) return [key, null];
    return [key, shown(inner, refused)];
  });
  return Object.fromEntries(entries);
}

const fieldOf = (key: string): string => (key.startsWith('__') ? '__typename' : (key.split('_')[0] ?? key));
const memberOf = (item: unknown): unknown => (item as Values | null)?.['node'] ?? item;

function isDenied(value: unknown, refused: ReadonlySet<string>): boolean {
  const { __typename: type, id } = (value ?? {}) as Values;
  if (type !== 'Note' && type !== 'Scan') return false;
  const owner = ownerOf(String(id));
  return owner === null || refused.has(`${type === 'Note' ? 'READING' : 'SCANNING'} of ${owner}`);
}

function withheld(object: Values): Values | null {
  const fields = Object.keys(object).map(fieldOf);
  if (fields.includes('text') || fields.includes('answers')) return null;
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [key, ['id', '__typename'].includes(fieldOf(key)) ? value : null]),
  );
}

function countOf(refused: ReadonlySet<string>): number {
  const ids = Array.from({ length: noteCount }, (_, index) => `note-${String(index)}`);
  return ids.filter((id) => !isDenied({ __typename: 'Note', id }, refused)).length;
}
