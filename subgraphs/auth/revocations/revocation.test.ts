import { type Actor, serviceActor, type TokenVerifier } from '#shared/auth';
import { actorOf, testOrganisation } from '#shared/testing';
import { type AuthUnderTest, type Clinic, startAuth } from '../auth.fixture';
import { endTokens } from './end-tokens';
import { forgetRevocations } from './forget-revocations.worker';
import { Revocation } from './revocation.entity';

const query = `query($after: String) { revocations(after: $after) {
  entries { kind key issuedUntil endsAt } cursor isComplete } }`;
const gateway = serviceActor('gateway', testOrganisation(), ['auth:revocations:read']);

interface Page {
  readonly entries: readonly { kind: string; key: string; issuedUntil: string; endsAt: string }[];
  readonly cursor: string;
  readonly isComplete: boolean;
}

let auth: AuthUnderTest;
let clinic: Clinic;
let admin: Actor;
let verify: TokenVerifier;

beforeAll(async () => {
  auth = await startAuth();
  ({ verify } = auth);
  clinic = await auth.newClinic();
  admin = actorOf(clinic.organisation, {
    scopes: ['auth:clients:read', 'auth:clients:write', 'auth:users:read', 'auth:users:write', 'auth:roles:write'],
  });
});

afterAll(() => auth.stop());

async function revocations(after: string | null = null): Promise<Page> {
  const { data, errors } = await auth.subject.ask(gateway, query, { after });
  expect(errors).toBeUndefined();
  return (data as { revocations: Page }).revocations;
}

const keysOf = async (kind: string): Promise<string[]> =>
  (await revocations()).entries.filter((entry) => entry.kind === kind).map(({ key }) => key);

async function tokenOf({ clientId, clientSecret }: { clientId: string; clientSecret: string }): Promise<Actor> {
  const body = new URLSearchParams({
    ...{ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret },
  });
  const answer = await fetch(`${auth.url}/v1/oauth/token`, { method: 'POST', body });
  return verify(((await answer.json()) as { access_token: string }).access_token);
}

test('a revoked client is told of with all of its tokens, for good, in the transaction that revokes it', async () => {
  const { organisation, clients } = await auth.newClinic();
  const client = clients['read-only']!;
  const { token } = await tokenOf(client);
  const owner = actorOf(organisation, { scopes: ['auth:clients:write'] });
  const revoke =
    'mutation($id: ID!, $v: Int!) { revokeApiClient(id: $id, ifVersion: $v, reason: "x") { userErrors { code } } }';
  await auth.subject.ask(owner, revoke, { id: client.clientId, v: 99 });
  expect(await keysOf('CLIENT')).not.toContain(client.clientId);
  await auth.subject.ask(owner, revoke, { id: client.clientId, v: 1 });
  const told = (await revocations()).entries.find(({ key }) => key === client.clientId);
  expect(Date.parse(told?.issuedUntil ?? '')).toBeGreaterThan((token?.issuedAtMs ?? Infinity) + 3_600_000);
  const event = await auth.subject.until('the event', () =>
    auth.subject.events.find(({ type, organisationId }) => {
      return type === 'auth.access.ended' && organisationId === organisation.organisationId;
    }),
  );
  expect(event.data).toEqual({ kind: 'CLIENT' });
});

test.each([
  { status: 'SUSPENDED', isForGood: false },
  { status: 'DELETED', isForGood: true },
])('a person who becomes $status is told of (for good: $isForGood)', async ({ status, isForGood }) => {
  const { people, organisation } = await auth.newClinic();
  const { userId } = people.doctor;
  const by = { ...admin, ...organisation };
  const set = `mutation($id: ID!, $status: UserStatus!) { setUserStatus(id: $id, ifVersion: 1, status: $status, reason: "x") {
    userErrors { code } } }`;
  const before = Date.now();
  expect((await auth.subject.ask(by, set, { id: userId, status })).data).toEqual({ setUserStatus: { userErrors: [] } });
  const told = (await revocations()).entries.find(({ key, kind }) => kind === 'SUBJECT' && key === userId);
  const issuedUntil = Date.parse(told?.issuedUntil ?? '');
  expect(issuedUntil).toBeGreaterThanOrEqual(before);
  expect(issuedUntil > Date.now()).toBe(isForGood);
  expect(Date.parse(told?.endsAt ?? '')).toBeGreaterThan(Date.now() + 3_600_000);
});

test('whoever goes on from a cursor is told of all that came since, of every organisation', async () => {
  const { cursor } = await revocations();
  const others = await Promise.all([auth.newClinic(), auth.newClinic()]);
  for (const [index, { organisation }] of others.entries()) {
    const unit = auth.subject.running.system.unitFor(organisation, new Date());
    await unit.transaction((tx) => endTokens(tx, { kind: 'TOKEN', key: `jti-${String(index)}`, isForGood: true }));
  }
  const later = await revocations(cursor);
  expect(later.entries.map(({ key }) => key)).toEqual(expect.arrayContaining(['jti-0', 'jti-1']));
  expect(later.isComplete).toBe(true);
});

test('a transaction that takes long is not left out because others have ended before it', async () => {
  const { system } = auth.subject.running;
  const begun = new Date(Date.now() - 20_000);
  const { cursor } = await revocations();
  await system
    .unitFor(clinic.organisation, begun)
    .transaction((tx) => endTokens(tx, { kind: 'SESSION', key: 'late', isForGood: true }));
  expect((await revocations(cursor)).entries.map(({ key }) => key)).toContain('late');
});

test('pages follow each other without a gap, also among revocations of one moment', async () => {
  const organisation = testOrganisation();
  const at = new Date();
  const unit = auth.subject.running.system.unitFor(organisation, at);
  const ends = new Date(at.getTime() + 3_600_000);
  const keys = Array.from({ length: 5_010 }, (_, index) => `many-${String(index)}`);
  const { source } = auth.subject.running.system;
  const { newId } = await import('#shared/ids');
  await unit.transaction((tx) => endTokens(tx, { kind: 'TOKEN', key: 'first-of-many', isForGood: true }));
  const rows = keys.map((key) => ({
    ...{ ...organisation, id: newId('rvk'), version: 1, createdAt: at, updatedAt: at },
    ...{ kind: 'TOKEN' as const, key, issuedUntil: ends, endsAt: ends },
  }));
  for (let from = 0; from < rows.length; from += 500) {
    await source.getRepository(Revocation).insert(rows.slice(from, from + 500));
  }
  const told: string[] = [];
  let page = await revocations();
  for (; !page.isComplete; page = await revocations(page.cursor)) told.push(...page.entries.map(({ key }) => key));
  told.push(...page.entries.map(({ key }) => key));
  expect(new Set(told.filter((key) => key.startsWith('many-')))).toEqual(new Set(keys));
  expect(new Set(told).size).toBe(told.length);
  await source.getRepository(Revocation).delete(organisation);
});

test('revocations whose tokens have ended by themselves are not told, and removed', async () => {
  const organisation = testOrganisation();
  const { system } = auth.subject.running;
  await system
    .unitFor(organisation, new Date())
    .transaction((tx) => endTokens(tx, { kind: 'TOKEN', key: 'old', isForGood: true }));
  const rows = system.source.getRepository(Revocation);
  expect(await rows.countBy(organisation)).toBe(1);
  await rows.update(organisation, { endsAt: new Date(Date.now() - 1) });
  expect((await revocations()).entries.map(({ key }) => key)).not.toContain('old');
  await forgetRevocations.run({ system, ports: {}, log: console as never, at: new Date(), stopping: () => false });
  expect(await rows.countBy(organisation)).toBe(0);
});

test('nobody but the platform itself is told, and a cursor that is none is refused', async () => {
  const codeOf = async (actor: Actor | null, after: string | null = null): Promise<unknown> => {
    const { errors } = await auth.subject.ask(actor, query, { after });
    return errors?.[0]?.extensions?.['code'];
  };
  expect(await codeOf(null)).toBe('UNAUTHENTICATED');
  expect(await codeOf(admin)).toBe('FORBIDDEN');
  expect(await codeOf(actorOf(clinic.organisation, { scopes: ['auth:revocations:read'] }))).toBe('FORBIDDEN');
  for (const cursor of ['x', '1.2', '1.rvk_1', "1' OR 1=1", '9'.repeat(40)]) {
    expect(await codeOf(gateway, cursor)).toBe('BAD_USER_INPUT');
  }
});
