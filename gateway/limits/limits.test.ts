import { getIntrospectionQuery } from 'graphql';
import { type TestGateway, startTestGateway } from '../testing/test-gateway';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway();
  await gateway.listen();
});

afterAll(async () => {
  await gateway.close();
});

const nested = (levels: number): string => '{ cases { patient '.repeat(levels) + '{ id }' + ' } }'.repeat(levels);
const bomb = Array.from(
  { length: 25 },
  (_, turn) => `fragment F${String(turn)} on Query { ...F${String(turn + 1)} ...F${String(turn + 1)} }`,
);

test.each([
  ['tokens', { query: `{ ${'ping '.repeat(2_100)} }` }],
  ['depth', { query: nested(8) }],
  ['aliases', { query: `{ ${Array.from({ length: 31 }, (_, turn) => `a${String(turn)}: ping`).join(' ')} }` }],
  ['rootFields', { query: `{ ${'ping '.repeat(21)} }` }],
  ['rootFields', { query: `{ ...F ...F } fragment F on Query { ${'ping '.repeat(11)} }` }],
  ['directives', { query: `{ ping ${'@include(if: true) '.repeat(51)} }` }],
  ['pageSize', { query: '{ cases(first: 101) { id } }' }],
  ['pageSize', { query: 'query($n: Int) { cases(first: $n) { id } }', variables: { n: 101 } }],
  ['pageSize', { query: 'query($n: Int = 101) { cases(first: $n) { id } }' }],
  [
    'variableDepth',
    { query: '{ ping }', variables: { deep: JSON.parse('[['.repeat(20) + ']]'.repeat(20)) as unknown } },
  ],
  ['rootFields', { query: `{ ...F0 } ${bomb.join(' ')} fragment F25 on Query { ping }` }],
])('refuses more than the limit of %s with a 4xx and a stable code', async (limit, body) => {
  const answer = await gateway.post(body);
  expect(answer.status).toBe(400);
  expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', limit });
  expect(gateway.calls).toHaveLength(0);
});

test('refuses a body of more than one megabyte', async () => {
  const answer = await gateway.post({ query: '{ ping }', variables: { long: 'x'.repeat(1024 * 1024) } });
  expect(answer.status).toBe(413);
  expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', limit: 'bodyBytes' });
});

test.each([
  ['a batch', JSON.stringify([{ query: '{ ping }' }, { query: '{ ping }' }])],
  ['something that is not JSON', '{ ping }'],
  ['variables that are no object', JSON.stringify({ query: '{ ping }', variables: [1] })],
])('refuses %s with status 400', async (_what, body) => {
  const answer = await gateway.post(body);
  expect(answer.status).toBe(400);
  expect(answer.errors?.[0]?.extensions?.['code']).toBe('BAD_REQUEST');
});

test.each([
  ['{ ping', undefined, 'GRAPHQL_PARSE_FAILED'],
  ['{ pin }', undefined, 'GRAPHQL_VALIDATION_FAILED'],
  ['query A { ping }', 'B', 'OPERATION_RESOLUTION_FAILURE'],
  ['{ _service { sdl } }', undefined, 'GRAPHQL_VALIDATION_FAILED'],
  ['{ _entities(representations: []) { __typename } }', undefined, 'GRAPHQL_VALIDATION_FAILED'],
  ['subscription { caseChanged { id } }', undefined, 'BAD_REQUEST'],
  ['query($id: ID!) { patient(id: $id) { id } }', undefined, 'BAD_USER_INPUT'],
  ['{ __schema { types { name } } }', undefined, 'GRAPHQL_VALIDATION_FAILED'],
])('refuses %s with a 400 that suggests nothing', async (query, operationName, code) => {
  const answer = await gateway.post({ query, operationName });
  expect(answer.status).toBe(400);
  expect(answer.errors?.[0]?.extensions?.['code']).toBe(code);
  expect(answer.errors?.[0]?.message).not.toContain('Did you mean');
});

test('lets whoever has a token read the schema', async () => {
  const answer = await gateway.post(
    { query: getIntrospectionQuery() },
    { authorization: await gateway.issuer.bearer([]) },
  );
  expect(answer.status).toBe(200);
  expect(answer.data).toHaveProperty('__schema.queryType.name', 'Query');
});

test('refuses a null that decides what is selected, though its variable has a default', async () => {
  const query = 'query($yes: Boolean = true) { ping @include(if: $yes) }';
  const answer = await gateway.post({ query, variables: { yes: null } });
  expect([answer.status, answer.errors?.[0]?.extensions?.['code']]).toEqual([400, 'BAD_USER_INPUT']);
  expect((await gateway.post({ query })).data).toEqual({ ping: 'pong' });
});
