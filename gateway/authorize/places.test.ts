import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery } from 'graphql';
import { composeSupergraph, loadSupergraph } from '../supergraph';
import { connectClient } from '../testing/socket-client';
import { codesByPath } from '../testing/test-gateway';
import { Authorizer } from './authorizer';
import { type CanaryAnswer, type CanaryGateway, startCanaryGateway } from '../testing/canary-gateway';
import { wardSubgraphs } from './ward.fixture';

const denied = 'UNAUTHORIZED_FIELD_OR_TYPE';
let gateway: CanaryGateway;

beforeAll(async () => {
  gateway = await startCanaryGateway(wardSubgraphs, {
    evaluatePolicies: (_names, actor) => Promise.resolve(new Set(actor?.roles)),
  });
});

afterAll(() => gateway.close());

beforeEach(() => {
  gateway.log.resolved.clear();
  gateway.log.preferred = new Map();
});

async function ask(query: string, scopes: readonly string[] | null): Promise<CanaryAnswer> {
  return gateway.ask(query, {}, scopes && { scopes });
}

function codes({ errors }: Pick<CanaryAnswer, 'errors'>): Record<string, unknown> {
  return codesByPath(errors);
}

test('the rule of a scalar holds wherever a field returns it', async () => {
  const query = '{ ward(id: "w") { patients { name nationalId } } }';
  const answer = await ask(query, []);
  expect(codes(answer)).toEqual({ 'ward.patients.0.nationalId': denied, 'ward.patients.1.nationalId': denied });
  expect(answer.errors?.[0]?.extensions?.['requiredScopes']).toEqual([['national:read']]);
  expect([...gateway.log.resolved]).not.toContain('Patient.nationalId');
  expect(codes(await ask(query, ['national:read']))).toEqual({});
});

test('the rule of an enum holds wherever a field returns it or lists of it', async () => {
  const query = '{ ward(id: "w") { name usual usuals } }';
  const answer = await ask(query, null);
  expect(answer.data).toEqual({ ward: { name: 'canary:Ward.name', usual: null, usuals: null } });
  expect(codes(answer)).toEqual({ 'ward.usual': denied, 'ward.usuals': denied });
  expect((await ask(query, [])).data).toEqual({
    ward: { name: 'canary:Ward.name', usual: 'ECZEMA', usuals: ['ECZEMA', 'ECZEMA'] },
  });
});

test('a field behind an interface is judged by the type of each object', async () => {
  const { data, ...answer } = await ask('{ people { phone } }', []);
  expect(data).toEqual({ people: [{ phone: null }, { phone: 'canary:Nurse.phone' }] });
  expect(codes(answer)).toEqual({ 'people.0.phone': denied });
});

test('an interface or union of protected types only is not asked for when all of them are denied', async () => {
  const answer = await ask('{ records(first: 1) { id } ward(id: "w") { worst { __typename } } }', []);
  expect(answer.data).toEqual({ records: null, ward: { worst: null } });
  expect(codes(answer)).toEqual({ records: denied, 'ward.worst': denied });
  expect([...gateway.log.resolved]).toEqual(['Query.ward']);
});

test('an interface or union is asked for when one of its types is allowed', async () => {
  const answer = await ask('{ records(first: 1) { ... on Stay { note } ... on Round { note } } }', ['stays:read']);
  expect(answer.data).toEqual({ records: [{ note: 'canary:Stay.note' }, { note: null }] });
  expect(codes(answer)).toEqual({ 'records.1.note': denied });
});

test('__typename does not tell of an object whose type the caller may not know', async () => {
  const answer = await ask('{ people { __typename kind: __typename } }', null);
  expect(answer.data).toEqual({ people: [null, { __typename: 'Nurse', kind: 'Nurse' }] });
  expect(codes(answer)).toEqual({ 'people.0.__typename': denied });
  expect(answer.text).not.toContain('Patient');
});

test('a general entry such as node(id:) opens no type', async () => {
  const query = '{ node(id: "x") { id ... on Patient { name } } }';
  gateway.log.preferred = new Map([['Query.node', 'Patient']]);
  const answer = await ask(query, null);
  expect(answer.data).toEqual({ node: null });
  expect(answer.text).not.toContain('canary');
  expect((await ask(query, [])).data).toEqual({ node: { id: 'canary:Patient.id', name: 'canary:Patient.name' } });
});

test('a rule on a field of an interface object holds for every implementer', async () => {
  const query = '{ records(first: 1) { ... on Stay { trail isSealed } } }';
  const answer = await ask(query, ['stays:read']);
  expect(answer.data).toEqual({ records: [{ trail: null, isSealed: true }, {}] });
  expect([...gateway.log.resolved]).not.toContain('Record.trail');
  expect((await ask(query, ['stays:read', 'audit:read'])).errors).toBeUndefined();
});

test('what a field requires is fetched for it, and shown to nobody who did not ask', async () => {
  const answer = await ask('{ ward(id: "w") { patients { risk } } }', ['patients:read']);
  expect(answer.data).toEqual({ ward: { patients: [{ risk: 7.5 }, { risk: 7.5 }] } });
  expect([...gateway.log.resolved]).toContain('Patient.code');
  gateway.log.resolved.clear();
  const refused = await ask('{ ward(id: "w") { patients { risk } } }', []);
  expect(refused.data).toEqual({ ward: { patients: [{ risk: null }, { risk: null }] } });
  expect([...gateway.log.resolved]).not.toContain('Patient.risk');
});

test('introspection shows the whole schema and none of its rules', async () => {
  const { data } = await ask(getIntrospectionQuery(), []);
  const schema = buildClientSchema(data as unknown as IntrospectionQuery);
  expect(schema.getType('Break')).toBeDefined();
  expect(schema.getDirective('requiresScopes')).toBeUndefined();
});

describe('a subscription', () => {
  const event = { organisationId: 'org_canary', resourceId: 'case_1' };

  test('is refused when its root field is denied', async () => {
    const client = connectClient(gateway.url, gateway.authorization({ scopes: [] }));
    const results = client.subscribe('subscription { admitted { id } }');
    await expect(results.next()).rejects.toEqual([
      expect.objectContaining({ extensions: expect.objectContaining({ code: denied }) as unknown }),
    ]);
    await client.dispose();
  });

  test('answers each event without what is denied, and fetches nothing of it', async () => {
    const client = connectClient(gateway.url, gateway.authorization({ scopes: [] }));
    const results = client.subscribe('subscription { wardChanged { name patients { name code } results { id } } }');
    const first = results.next();
    const announced = setInterval(() => {
      gateway.events.announce(event);
    }, 20);
    const { value } = (await first) as { value: CanaryAnswer };
    clearInterval(announced);
    expect(value.data).toEqual({
      wardChanged: { name: 'canary:Ward.name', patients: [null, null], results: expect.anything() as unknown },
    });
    expect(codes(value)).toMatchObject({
      'wardChanged.patients.0.code': denied,
      'wardChanged.patients.1.code': denied,
    });
    expect([...gateway.log.resolved]).not.toContain('Patient.code');
    await client.dispose();
  });
});

test('a supergraph whose access rules follow an unknown version cannot be served', () => {
  const sdl = composeSupergraph(wardSubgraphs).replace(
    'https://specs.apollo.dev/policy/v0.1", for: SECURITY',
    'https://specs.apollo.dev/policy/v0.9"',
  );
  expect(() => {
    const { policy, schema } = loadSupergraph(sdl);
    return new Authorizer(policy, schema);
  }).toThrow(/0\.9/);
});

test('rules hold under whatever names a supergraph imports them', async () => {
  const renamed = wardSubgraphs.map((subgraph) => ({
    ...subgraph,
    typeDefs: subgraph.typeDefs
      .replaceAll('"@requiresScopes"', '{ name: "@requiresScopes", as: "@needs" }')
      .replaceAll('@requiresScopes(', '@needs(')
      .replaceAll('"@authenticated",', '')
      .replaceAll(/@authenticated\b/g, '@federation__authenticated'),
  }));
  const other = await startCanaryGateway(renamed);
  const query = '{ roster people { phone ... on Nurse { salary } } ward(id: "w") { usual patients { nationalId } } }';
  try {
    for (const caller of [null, { scopes: [] }, { scopes: ['admin'] }]) {
      const { data, errors } = await other.ask(query, {}, caller);
      const expected = await gateway.ask(query, {}, caller);
      expect([data, codesByPath(errors)]).toEqual([expected.data, codes(expected)]);
      expect(errors).not.toHaveLength(0);
    }
  } finally {
    await other.close();
  }
});
