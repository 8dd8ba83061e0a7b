import { type Scope } from '#shared/auth';
import { type Answer, type TestGateway, codesByPath, startTestGateway } from '../testing/test-gateway';

const denied = 'UNAUTHORIZED_FIELD_OR_TYPE';
let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway();
  await gateway.listen();
});

afterAll(async () => {
  await gateway.close();
});

beforeEach(() => {
  gateway.calls.length = 0;
});

async function ask(query: string, scopes: readonly Scope[] = [], variables = {}): Promise<Answer> {
  return gateway.post({ query, variables }, { authorization: await gateway.issuer.bearer(scopes) });
}

test('answers a denied field with null, its scopes and status 200, and never asks the subgraph for it', async () => {
  const answer = await ask('{ patient(id: "p1") { id name nationalId } }');
  expect(answer.status).toBe(200);
  expect(answer.data).toEqual({ patient: { id: 'p1', name: 'Patient p1', nationalId: null } });
  expect(answer.errors).toEqual([
    expect.objectContaining({
      path: ['patient', 'nationalId'],
      extensions: expect.objectContaining({ code: denied, requiredScopes: [['clinical:patients:read']] }) as unknown,
    }),
  ]);
  expect(gateway.calls.map(({ query }) => query).join()).not.toContain('nationalId');
});

test('answers the same field to a caller with the scope', async () => {
  const answer = await ask('{ patient(id: "p1") { nationalId code } }', ['clinical:patients:read']);
  expect(answer.errors).toBeUndefined();
  expect(answer.data).toEqual({ patient: { nationalId: 'national-p1', code: 'code-p1' } });
});

test.each([
  ['an alias', '{ patient(id: "p1") { secret: nationalId } }', { secret: null }, 'patient.secret'],
  [
    'a fragment',
    '{ patient(id: "p1") { ...F } } fragment F on Patient { nationalId }',
    { nationalId: null },
    'patient.nationalId',
  ],
  [
    'an inline fragment',
    '{ patient(id: "p1") { ... on Person { nationalId } } }',
    { nationalId: null },
    'patient.nationalId',
  ],
  [
    'a directive',
    '{ patient(id: "p1") { nationalId @include(if: true) } }',
    { nationalId: null },
    'patient.nationalId',
  ],
  [
    '__typename beside it',
    '{ patient(id: "p1") { __typename nationalId } }',
    { __typename: 'Patient', nationalId: null },
    'patient.nationalId',
  ],
  ['an alias of another name', '{ patient(id: "p1") { name: nationalId } }', { name: null }, 'patient.name'],
])('denies a field reached through %s', async (...[, query, patient, path]) => {
  const answer = await ask(query);
  expect(answer.data).toEqual({ patient });
  expect(codesByPath(answer.errors)).toEqual({ [path]: denied });
});

test('says nothing of a denied field that is skipped', async () => {
  const answer = await ask('query($no: Boolean!) { patient(id: "p1") { id nationalId @include(if: $no) } }', [], {
    no: false,
  });
  expect(answer).toMatchObject({ status: 200, data: { patient: { id: 'p1' } } });
  expect(answer.errors).toBeUndefined();
});

test('lets the null of a denied non-null field bubble to the nearest nullable one', async () => {
  const one = await ask('{ patient(id: "p1") { id code } ping }');
  expect(one.data).toEqual({ patient: null, ping: 'pong' });
  expect(codesByPath(one.errors)).toEqual({ 'patient.code': denied });
  const all = await ask('{ people { code } }');
  expect(all.status).toBe(200);
  expect(all.data).toBeNull();
});

test('decides on an interface field by the type of each object, with the indices of the list', async () => {
  const answer = await ask('{ people { id nationalId } }');
  expect(answer.data).toEqual({
    people: [
      { id: 'p1', nationalId: null },
      { id: 'd1', nationalId: 'open-d1' },
      { id: 'p2', nationalId: null },
    ],
  });
  expect(codesByPath(answer.errors)).toEqual({ 'people.0.nationalId': denied, 'people.2.nationalId': denied });
});

test('decides on a union by the type of each object', async () => {
  const answer = await ask('{ found { __typename ... on Patient { nationalId } ... on Practitioner { nationalId } } }');
  expect(answer.data).toEqual({
    found: [
      { __typename: 'Patient', nationalId: null },
      { __typename: 'Practitioner', nationalId: 'open-d1' },
    ],
  });
  expect(codesByPath(answer.errors)).toEqual({ 'found.0.nationalId': denied });
});

test('keeps an anonymous caller from a protected type behind an interface, but not from the others', async () => {
  const answer = await gateway.post({
    query: '{ found { ... on Person { nationalId } } person(id: "p1") { nationalId } }',
  });
  expect(answer.data).toEqual({
    found: [{ nationalId: null }, { nationalId: 'open-d1' }],
    person: { nationalId: null },
  });
  expect(codesByPath(answer.errors)).toEqual({ 'found.0.nationalId': denied, 'person.nationalId': denied });
});

test('guards a field behind an entity hop, in every element', async () => {
  const query = '{ cases(first: 2) { title reviews { rating text } } }';
  const open = await ask(query, ['reviews:human:read']);
  expect(open.data).toMatchObject({ cases: [{ reviews: [{ rating: 1, text: 'one' }, { text: 'two' }] }, {}] });
  const closed = await ask(query);
  expect(closed.data).toMatchObject({ cases: [{ reviews: [{ rating: 1, text: null }, { text: null }] }, {}] });
  expect(codesByPath(closed.errors)).toEqual({
    'cases.0.reviews.0.text': denied,
    'cases.0.reviews.1.text': denied,
    'cases.1.reviews.0.text': denied,
    'cases.1.reviews.1.text': denied,
  });
});

test('answers UNAUTHENTICATED for protected root fields without a token, and the open ones beside them', async () => {
  const answer = await gateway.post({ query: '{ ping ledger patient(id: "p1") { id } }' });
  expect(answer.status).toBe(200);
  expect(answer.data).toEqual({ ping: 'pong', ledger: null, patient: null });
  expect(codesByPath(answer.errors)).toEqual({ ledger: 'UNAUTHENTICATED', patient: 'UNAUTHENTICATED' });
  expect(gateway.calls).toHaveLength(1);
});

test('asks no subgraph at all when everything is denied', async () => {
  const answer = await ask('{ ledger }');
  expect(answer.data).toEqual({ ledger: null });
  expect(codesByPath(answer.errors)).toEqual({ ledger: denied });
  expect(gateway.calls).toHaveLength(0);
});

test('executes nothing of a mutation of which one root field is denied', async () => {
  const mutation = 'mutation($title: String!) { touch openCase(title: $title) { id } }';
  const answer = await ask(mutation, [], { title: 'x' });
  expect(answer).toMatchObject({ status: 200, data: null });
  expect(codesByPath(answer.errors)).toEqual({ openCase: denied });
  expect(gateway.calls).toHaveLength(0);
  const allowed = await ask(mutation, ['clinical:cases:write'], { title: 'x' });
  expect(allowed.data).toEqual({ touch: 1, openCase: { id: 'c9' } });
});

test('leaves out a variable that only a denied field uses', async () => {
  const query = 'query($first: Int) { ping reviews { rating text } cases(first: $first) { patient { nationalId } } }';
  const answer = await ask(query, [], { first: 1 });
  expect(answer.status).toBe(200);
  expect(answer.data).toMatchObject({ ping: 'pong', cases: [{ patient: { nationalId: null } }, {}] });
});

test('keeps callers with different scopes apart though they send the same document', async () => {
  const query = '{ patient(id: "p1") { nationalId } }';
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, turn) => ask(query, turn % 2 ? ['clinical:patients:read'] : [])),
  );
  expect(answers.map(({ data }) => data)).toEqual(
    Array.from({ length: 20 }, (_, turn) => ({ patient: { nationalId: turn % 2 ? 'national-p1' : null } })),
  );
});
