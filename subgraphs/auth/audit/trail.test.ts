import { type AuditRecord } from '#shared/audit';
import { type Actor, serviceActor } from '#shared/auth';
import { newId } from '#shared/ids';
import { actorOf, testOrganisation } from '#shared/testing';
import { type AuthUnderTest, type Clinic, startAuth } from '../auth.fixture';
import { OtherChain, type Sent } from './chain.fixture';

let auth: AuthUnderTest;
let clinic: Clinic;
let auditor: Actor;
let clinical: Actor;
let chain: OtherChain;

beforeAll(async () => {
  auth = await startAuth();
});
afterAll(() => auth.stop());

beforeEach(async () => {
  clinic = await auth.newClinic();
  const { organisation } = clinic;
  auditor = actorOf(organisation, { scopes: ['auth:audit:read', 'auth:audit:rebuild'], roles: ['COMPLIANCE_OFFICER'] });
  clinical = serviceActor('clinical', organisation, ['auth:audit:index']);
  chain = new OtherChain(organisation);
});

async function ask<T>(actor: Actor, query: string, variables: Record<string, unknown> = {}): Promise<T> {
  const { data, errors } = await auth.subject.ask(actor, query, variables);
  expect(errors).toBeUndefined();
  return data as T;
}

const bring = `mutation ($part: SealedAuditPartInput!) { indexAuditRecords(part: $part) { subgraph sequence brokenSequence } }`;

async function send(part: Sent, as = clinical): Promise<{ sequence: number; brokenSequence: number | null }> {
  const { indexAuditRecords } = await ask<{ indexAuditRecords: { sequence: number; brokenSequence: number | null } }>(
    as,
    bring,
    { part },
  );
  return indexAuditRecords;
}

interface Row {
  readonly id: string;
  readonly subgraph: string;
  readonly sequence: number;
  readonly action: string;
  readonly patientId: string | null;
}

interface TrailPage {
  readonly nodes: Row[];
  readonly totalCount: number;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

const trail = `query ($first: Int, $after: String, $filter: AuditFilter) {
  auditTrail(first: $first, after: $after, filter: $filter) {
    nodes {
      id at subgraph sequence action category resourceType resourceId resourceCount patientId purpose purposeBasis outcome
      reason operationName correlationId consentRecordId breakGlass breakGlassGrantId hash actedBy
      actor { userId clientId displayName roles }
    }
    totalCount
    pageInfo { hasNextPage endCursor }
  }
}`;

async function read(filter: object = { subgraph: 'clinical' }, page: object = {}, as = auditor): Promise<TrailPage> {
  return (await ask<{ auditTrail: TrailPage }>(as, trail, { filter, first: 100, ...page })).auditTrail;
}

test('records are taken once and in order, however often and in whatever pieces they are sent', async () => {
  const [first, second, third] = [chain.seal({}, {}), chain.seal({}), chain.seal({}, {})];
  expect((await send(second)).sequence).toBe(0);
  expect((await send(first)).sequence).toBe(2);
  expect((await send(first)).sequence).toBe(2);
  const both = { records: [...second.records, ...third.records], links: [...second.links, ...third.links] };
  await Promise.all([send(both), send(both), send(second)]);
  expect(await send(third)).toMatchObject({ sequence: 5, brokenSequence: null });
  const { nodes, totalCount } = await read();
  expect(totalCount).toBe(5);
  expect(nodes.map(({ sequence }) => sequence).sort()).toEqual([1, 2, 3, 4, 5]);
});

test('a link that does not follow from its records is noticed once, located and announced', async () => {
  await send(chain.seal({}, {}));
  const { records, links } = chain.seal({}, {});
  const [altered] = new OtherChain(clinic.organisation).seal({ action: 'Case.update' }).records;
  const forged = records.map((record, index) => (index === 1 && altered ? { ...altered, sequence: 4 } : record));
  expect(await send({ records: forged, links })).toMatchObject({ sequence: 4, brokenSequence: 3 });
  expect(await send(chain.seal({}))).toMatchObject({ sequence: 5, brokenSequence: 3 });
  const { organisationId } = clinic.organisation;
  const broken = () =>
    auth.subject.events.filter(
      (event) => event.type === 'auth.audit.chain_broken' && event.organisationId === organisationId,
    );
  await auth.subject.until('the event', () => broken().length > 0);
  expect(broken().map(({ data }) => data)).toEqual([{ subgraph: 'CLINICAL', sequence: 3 }]);
});

test('only a service brings records, and only those of its own chain', async () => {
  const part = chain.seal({});
  const code = async (as: Actor) => (await auth.subject.ask(as, bring, { part })).errors?.[0]?.extensions?.['code'];
  expect(await code(actorOf(clinic.organisation, { scopes: ['auth:audit:index'] }))).toBe('FORBIDDEN');
  expect(await code(serviceActor('clinical', clinic.organisation, []))).toBe('FORBIDDEN');
  await send(part, serviceActor('reviews', clinic.organisation, ['auth:audit:index']));
  expect((await read({})).nodes.filter(({ subgraph }) => subgraph === 'clinical')).toEqual([]);
});

test('the trail says of each record who, whose, what, why and by which right, and nothing more', async () => {
  const actor: AuditRecord['actor'] = {
    ...{ kind: 'user', subject: 'usr_9', userId: 'usr_9', clientId: 'cli_9', roles: ['NURSE'] },
    act: { subject: 'usr_8', clientId: null },
  };
  const patientId = newId('pat');
  const given: Partial<AuditRecord> = {
    ...{ actor, patientId, action: 'image.download', resourceType: 'Image', resourceId: patientId, resourceCount: 3 },
    ...{ purpose: 'PHOTOGRAPHY', purposeBasis: 'CONSENT', consentRecordId: 'cns_1', breakGlass: true },
    breakGlassGrantId: 'bgg_1',
  };
  await send(chain.seal(given));
  const { actor: _actor, ...equal } = given;
  expect((await read()).nodes).toMatchObject([
    {
      ...{ ...equal, subgraph: 'clinical', sequence: 1, category: 'READ', outcome: 'SUCCESS', actedBy: 'usr_8' },
      actor: { userId: 'usr_9', clientId: 'cli_9', displayName: null, roles: ['NURSE'] },
    },
  ]);
});

test('it is filtered by each of its terms', async () => {
  const [patientId, other, resourceId] = [newId('pat'), newId('pat'), newId('img')];
  const actor = { kind: 'user', subject: 'usr_7', userId: 'usr_7', clientId: null, roles: [], act: null } as const;
  await send(
    chain.seal(
      { patientId, at: new Date('2026-01-01T00:00:00Z') },
      { patientId, outcome: 'DENIED', category: 'AUTHORIZATION', reason: 'ROW_POLICY' },
      { patientId: other, actor, breakGlass: true, action: 'Image.read', resourceType: 'Image', resourceId },
    ),
  );
  const found = async (filter: object) =>
    (await read({ subgraph: 'clinical', ...filter })).nodes.map(({ sequence }) => sequence).sort();
  expect(await found({ patientId })).toEqual([1, 2]);
  expect(await found({ outcome: ['DENIED'] })).toEqual([2]);
  expect(await found({ category: ['AUTHORIZATION', 'WRITE'] })).toEqual([2]);
  expect(await found({ actorUserId: 'usr_7' })).toEqual([3]);
  expect(await found({ breakGlass: true })).toEqual([3]);
  expect(await found({ resourceType: 'Image', resourceId, action: 'Image.read' })).toEqual([3]);
  expect(await found({ to: '2026-01-01T00:00:00.001Z' })).toEqual([1]);
  expect(await found({ from: '2026-01-01T00:00:00.000Z', to: '2026-01-01T00:00:00.000Z' })).toEqual([]);
});

test('it is read page by page, nothing twice and nothing left out while more comes in', async () => {
  const at = new Date();
  await send(chain.seal(...Array.from({ length: 7 }, () => ({ at }))));
  const seen: number[] = [];
  let after: string | null = null;
  do {
    const page: TrailPage = await read(undefined, { first: 3, after });
    seen.push(...page.nodes.map(({ sequence }) => sequence));
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    await send(chain.seal({ at: new Date(at.getTime() + 60_000) }));
  } while (after !== null);
  expect(seen.sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

test('no organisation sees another’s trail, and nobody sees it without the scope', async () => {
  await send(chain.seal({}));
  const stranger = actorOf(testOrganisation(), { scopes: ['auth:audit:read'] });
  expect((await read({}, {}, stranger)).nodes).toEqual([]);
  const { errors } = await auth.subject.ask(actorOf(clinic.organisation, { scopes: [] }), trail);
  expect(errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
});

test('what happens in auth itself is in it too: sign-ins, changes of accounts, and who looked at the trail', async () => {
  const login =
    'mutation ($email: String!, $password: String!) { login(email: $email, password: $password, productKey: "web") { userErrors { code } } }';
  const { email, userId } = clinic.people.doctor;
  await auth.subject.ask(null, login, { email, password: 'wrong' });
  await read({});
  const own = await auth.subject.until('the rows', async () => {
    const { nodes } = await read({ subgraph: 'auth' });
    return nodes.some(({ action }) => action === 'AuditTrail.read') && nodes;
  });
  const actions = new Set(own.map(({ action }) => action));
  for (const action of ['User.create', 'Membership.create', 'ApiClient.create', 'Organisation.create', 'login.failed'])
    expect(actions).toContain(action);
  expect(own.find(({ action }) => action === 'login.failed')).toMatchObject({ resourceId: userId, outcome: 'DENIED' });
});

test('an index that is emptied is filled anew from the chains, to the same', async () => {
  const before = await auth.subject.until('the rows of the seeds', async () => {
    const { nodes } = await read({ subgraph: 'auth', action: 'User.create' });
    return nodes.length === 2 && nodes;
  });
  await send(chain.seal({}));
  const rebuild = 'mutation { rebuildAuditIndex { subgraph sequence } }';
  const { rebuildAuditIndex } = await ask<{ rebuildAuditIndex: object[] }>(auditor, rebuild);
  expect(rebuildAuditIndex).toContainEqual({ subgraph: 'clinical', sequence: 0 });
  const after = await auth.subject.until('the same rows', async () => {
    const { nodes } = await read({ subgraph: 'auth', action: 'User.create' });
    return nodes.length === 2 && nodes;
  });
  expect(after).toEqual(before);
  const { auditIndex } = await ask<{ auditIndex: { subgraph: string; brokenSequence: number | null }[] }>(
    auditor,
    '{ auditIndex { subgraph sequence brokenSequence indexedAt } }',
  );
  expect(auditIndex.find(({ subgraph }) => subgraph === 'auth')).toMatchObject({ brokenSequence: null });
});
