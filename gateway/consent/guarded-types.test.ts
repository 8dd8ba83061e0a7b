import { type GuardedAnswer, type GuardedGateway } from '../testing/agreements';
import { openJournal } from '../testing/journal';
import { connectClient } from '../testing/socket-client';

const organisationId = 'org_one';

let journal: GuardedGateway;
let viewer: string;

beforeAll(async () => {
  journal = await openJournal();
  viewer = await journal.issuer.bearer([]);
});

beforeEach(() => {
  const { agreements, calls, events } = journal;
  agreements.refused.clear();
  agreements.fault = 'none';
  calls.length = 0;
  // Whatever a test before this one has been answered is forgotten.
  events.announce({ organisationId, resourceId: 'text-1', type: 'consent.text.published' });
  refuse('READING of person-1');
});

afterAll(() => journal.close());

const refuse = (what: string): unknown => journal.agreements.refused.add(what);
const ask = (query: string): Promise<GuardedAnswer<Record<string, unknown>>> => journal.ask(query, viewer);
const codesAt = ({ errors }: GuardedAnswer<unknown>): string[] =>
  (errors ?? []).map(({ path, extensions }) => `${path.join('.')} ${String(extensions['code'])}`).sort();

test('every field of an object but its key needs the consent, whichever subgraph it is from', async () => {
  const answer = await ask('{ note(id: "note-1") { __typename id personId mood stars } }');
  expect(answer.data).toEqual({
    note: { __typename: 'Note', id: 'note-1', personId: null, mood: null, stars: null },
  });
  expect(codesAt(answer)).toEqual(['mood', 'personId', 'stars'].map((field) => `note.${field} CONSENT_REQUIRED`));
  expect(answer.errors?.[0]?.extensions).toMatchObject({ consentType: { name: 'Consent to READING' } });
});

test('a field that may not be null takes the object along, as GraphQL has it', async () => {
  const answer = await ask('{ note(id: "note-1") { id words: text } desk { top { text } } }');
  expect(answer.data).toEqual({ note: null, desk: { top: null } });
  expect(codesAt(answer)).toEqual(['desk.top.text CONSENT_REQUIRED', 'note.words CONSENT_REQUIRED']);
});

test('a field can need a consent beside that of its type', async () => {
  refuse('FEELING of person-0');
  const answer = await ask('{ note(id: "note-0") { id text mood } }');
  expect(answer.data).toEqual({ note: { id: 'note-0', text: 'Text of note-0', mood: null } });
  expect(answer.errors).toMatchObject([{ path: ['note', 'mood'], extensions: { purpose: 'FEELING' } }]);
});

test.each([
  ['a list', '{ best { id } }', { best: [0, 2, 4, 6].map((number) => ({ id: `note-${String(number)}` })) }],
  [
    'lists within a list',
    '{ grid { id } }',
    { grid: [[{ id: 'note-0' }, { id: 'note-2' }], [], [{ id: 'note-4' }, { id: 'note-6' }]] },
  ],
  ['an interface', '{ entries { ... on Memo { text } } }', { entries: [{ text: 'Text of memo-0' }, {}, {}, {}, {}] }],
  [
    'a union',
    '{ papers { __typename } }',
    {
      papers: ['Note', 'Note', 'Note', 'Note', null, 'Memo', 'Scan', 'Scan'].map(
        (name) => name && { __typename: name },
      ),
    },
  ],
  [
    'a mutation',
    'mutation { mark { stars } }',
    { mark: [0, 2, 4, 6].map((number) => ({ stars: `Stars of note-${String(number)}` })) },
  ],
  [
    'a fragment',
    '{ ...all } fragment all on Query { those: best { same: id } }',
    { those: [0, 2, 4, 6].map((number) => ({ same: `note-${String(number)}` })) },
  ],
])('who does not agree, and what is nobody’s, is not a member of %s', async (_what, query, expected) => {
  const answer = await ask(query);
  expect(answer.data).toEqual(expected);
  expect(new Set(answer.errors?.map(({ extensions }) => extensions['code']))).toEqual(new Set(['CONSENT_REQUIRED']));
  expect(JSON.stringify(answer)).not.toMatch(/note-[1357]|person-/);
});

test('an alias of the client’s is not taken for the person, nor for what the gateway asks for itself', async () => {
  const query = '{ best { _subject_personId: id personId: id _subject_of_edge: id owner: stars } }';
  expect((await ask(query)).data).toMatchObject({
    best: [{ personId: 'note-0' }, { _subject_personId: 'note-2' }, {}, {}],
  });
});

test('a page has neither members nor edges of who does not agree, and says what to ask for', async () => {
  const answer = await ask('{ notes(first: 3) { edges { cursor } nodes { id } pageInfo { hasNextPage endCursor } } }');
  expect(answer.data).toEqual({
    notes: {
      edges: [{ cursor: 'note-0' }, { cursor: 'note-2' }],
      nodes: [{ id: 'note-0' }, { id: 'note-2' }],
      pageInfo: { hasNextPage: true, endCursor: 'note-2' },
    },
  });
  expect(answer.errors).toMatchObject(
    ['edges', 'nodes'].map((list) => ({
      path: ['notes', list],
      extensions: { code: 'CONSENT_REQUIRED', purpose: 'READING', consentType: { key: 'reading-pictures' } },
    })),
  );
});

test('page by page each member comes once, although pages are short', async () => {
  const seen: unknown[] = [];
  let info: Page['pageInfo'] = { hasNextPage: true, endCursor: null };
  while (info.hasNextPage) {
    const from = info.endCursor === null ? '' : `, after: "${info.endCursor}"`;
    const query = `{ notes(first: 3${from}) { nodes { id } pageInfo { hasNextPage endCursor } } }`;
    const { data }: GuardedAnswer<{ notes: Page }> = await journal.ask(query, viewer);
    if (!data) break;
    seen.push(...data.notes.nodes.map(({ id }) => id));
    info = data.notes.pageInfo;
  }
  expect(seen).toEqual(['note-0', 'note-2', 'note-4', 'note-6']);
});

interface Page {
  readonly nodes: readonly { readonly id: string }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

test('a count is of those who agree, on all pages, and of nobody else', async () => {
  expect((await ask('{ notes(first: 1) { n: totalCount } }')).data).toEqual({ notes: { n: 4 } });
  const nobody = await journal.ask('{ notes { totalCount nodes { id } } }');
  expect(nobody.data).toEqual({ notes: { totalCount: 0, nodes: [] } });
});

test('nothing is counted, and nobody is a member, while decisions cannot be had', async () => {
  journal.agreements.fault = 'down';
  const answer = await ask('{ notes { totalCount } best { id } }');
  expect(answer.data).toBeNull();
  expect(codesAt(answer)).toEqual([
    // Of those that are nobody's it is known all the same.
    'best CONSENT_REQUIRED',
    'best UPSTREAM_UNAVAILABLE',
    'notes.totalCount UPSTREAM_UNAVAILABLE',
  ]);
});

test('what cannot say whose it is is no member, and that is not called a missing consent', async () => {
  const answer = await ask('{ scans { file } }');
  expect(answer.data).toEqual({ scans: [{ file: 'File of scan-0' }, { file: 'File of scan-1' }] });
  expect(codesAt(answer)).toEqual(['scans UPSTREAM_UNAVAILABLE']);
});

test('errors point to where their objects are among those who agree', async () => {
  refuse('FEELING of person-2');
  const answer = await ask('{ best { id mood } }');
  expect(codesAt(answer).filter((error) => error.includes('mood'))).toEqual([
    'best.1.mood CONSENT_REQUIRED',
    'best.3.mood CONSENT_REQUIRED',
  ]);
});

test('nothing about who does not agree is fetched but their key and whose they are', async () => {
  await ask('{ desk { pile { text headline } } best { stars } entries { text } notes { nodes { mood } } }');
  const asking = journal.calls.filter(({ query }) => /text|mood|stars|headline/.test(query));
  expect(asking.length).toBeGreaterThan(3);
  for (const { query, variables } of asking) {
    // Memos need nobody's consent and are asked for by their type.
    if (/\b(text|mood|stars|headline)\b/.test(query.replace('... on Memo { text }', ''))) {
      expect(JSON.stringify(variables)).not.toMatch(/note-[1357]/);
    }
  }
});

test('with @defer it is answered at once, with the same members', async () => {
  const response = await fetch(`${journal.url}/graphql`, {
    method: 'POST',
    headers: {
      ...{ accept: 'multipart/mixed;deferSpec=20220824,application/json', 'content-type': 'application/json' },
      authorization: viewer,
    },
    body: JSON.stringify({ query: '{ best { id ... @defer { stars } } }' }),
  });
  const text = await response.text();
  expect(text).toContain('Stars of note-6');
  expect(text).not.toMatch(/note-[1357]/);
});

test('a withdrawal takes effect on the next read', async () => {
  journal.agreements.refused.clear();
  const query = '{ best { id } notes { totalCount } note(id: "note-1") { stars } }';
  expect((await ask(query)).data).toMatchObject({ notes: { totalCount: 6 }, note: { stars: 'Stars of note-1' } });
  refuse('READING of person-1');
  journal.events.announce({
    ...{ organisationId, resourceId: 'cns_1', type: 'consent.record.withdrawn' },
    data: { patientId: 'person-1' },
  });
  expect((await ask(query)).data).toEqual({
    best: [0, 2, 4, 6].map((number) => ({ id: `note-${String(number)}` })),
    notes: { totalCount: 4 },
    note: { stars: null },
  });
});

test('a withdrawal takes effect on the next event', async () => {
  journal.agreements.refused.clear();
  const client = connectClient(journal.url, viewer);
  const results = client.subscribe('subscription { binderChanged { notes { id } } }');
  const first = results.next();
  await untilSubscribed();
  const change = (): void => journal.events.announce({ organisationId, resourceId: 'binder-1' });
  change();
  expect(JSON.stringify((await first).value)).toContain('note-1');
  refuse('READING of person-1');
  journal.events.announce({
    ...{ organisationId, resourceId: 'cns_1', type: 'consent.record.withdrawn' },
    data: { patientId: 'person-1' },
  });
  change();
  const second = JSON.stringify((await results.next()).value);
  expect(second).toContain('note-0');
  expect(second).not.toMatch(/note-[1357]/);
  await client.dispose();
});

/** The gauge says when a subscription listens: an event before that is not for it. */
async function untilSubscribed(): Promise<void> {
  for (;;) {
    const metrics = await (await fetch(`${journal.url}/metrics`)).text();
    if (metrics.includes('gateway_subscriptions 1\n')) return;
  }
}
