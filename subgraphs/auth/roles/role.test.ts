import fc from 'fast-check';
import { type Actor, scopes } from '#shared/auth';
import { actorOf } from '#shared/testing';
import { type AuthUnderTest, type Clinic, startAuth } from '../auth.fixture';
import { People } from '../people.fixture';
import { scopesOfRoles, systemRoles } from '../scopes/role.registry';

const create =
  'mutation ($key: String!, $scopes: [String!]!) { createRole(key: $key, name: "Ours", scopes: $scopes) { role { key system scopes { name } } userErrors { code path } } }';
const assign =
  'mutation ($id: ID!, $v: Int!, $roles: [String!]!) { assignRoles(membershipId: $id, ifVersion: $v, roles: $roles) { membership { roles { key name } } userErrors { code } } }';

describe('roles', () => {
  let auth: AuthUnderTest;
  let people: People;
  let clinic: Clinic;
  let admin: Actor;
  let count = 0;

  const membershipOf = async (id: string): Promise<{ id: string; version: number }> => {
    const query = 'query ($id: ID!) { user(id: $id) { memberships { id version } } }';
    const { user } = await people.ask<{ user: { memberships: { id: string; version: number }[] } }>(admin, query, {
      id,
    });
    return user.memberships[0]!;
  };
  const newKey = (): string => `OWN_${String((count += 1))}`;

  beforeAll(async () => {
    auth = await startAuth({ LOGIN_ANSWER_MS: '100' });
    people = new People(auth);
    clinic = await auth.newClinic();
    admin = actorOf(clinic.organisation, {
      scopes: [
        'auth:users:read',
        'auth:users:write',
        'auth:roles:write',
        'auth:organisations:read',
        'auth:settings:write',
      ],
    });
  });
  afterAll(() => auth.stop());

  test('of the organisation stand beside the platform’s, are given to people, and end with their next token', async () => {
    const key = newKey();
    const made = await people.ask(admin, create, { key, scopes: ['clinical:patients:read', 'clinical:patients:read'] });
    expect(made).toEqual({
      createRole: { role: { key, system: false, scopes: [{ name: 'clinical:patients:read' }] }, userErrors: [] },
    });
    const { doctor } = clinic.people;
    const before = await people.signIn(doctor);
    const { id, version: v } = await membershipOf(doctor.userId);
    expect(await people.ask(admin, assign, { id, v, roles: [key, key] })).toMatchObject({
      assignRoles: { membership: { roles: [{ key, name: 'Ours' }] }, userErrors: [] },
    });
    const after = await people.signIn(doctor);
    expect([...after.scopes]).toEqual(['clinical:patients:read']);
    expect(after.roles).toEqual([key]);
    expect(before.scopes.size).toBeGreaterThan(1);
    const rows = await auth.subject.running.database.system.query<object[]>('SELECT * FROM revocations');
    expect(rows.filter((row) => Object.values(row).includes(doctor.userId))).toHaveLength(1);
    const { roles } = await people.ask<{ roles: { key: string; system: boolean }[] }>(
      admin,
      '{ roles { key system } }',
    );
    expect(roles.filter(({ system }) => system).map((role) => role.key)).toEqual([...systemRoles]);
    expect(roles.filter(({ system }) => !system)).toEqual([{ key, system: false }]);
  });

  test('bundle only what the organisation’s own people may have (property)', async () => {
    const grantable = new Set<string>(scopesOfRoles(systemRoles.filter((role) => role !== 'PLATFORM_ADMIN')));
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.constantFrom(...scopes), { minLength: 1, maxLength: 5 }), async (chosen) => {
        const isAllowed = chosen.every((scope) => grantable.has(scope));
        const code = await people.refusal(admin, create, { key: newKey(), scopes: chosen });
        expect(code).toBe(isAllowed ? null : 'BAD_USER_INPUT');
      }),
      { numRuns: 40 },
    );
    for (const scope of ['auth:organisations:write', 'auth:keys:write', 'auth:revocations:read', 'no:such:scope']) {
      expect(await people.refusal(admin, create, { key: newKey(), scopes: [scope] })).toBe('BAD_USER_INPUT');
    }
  });

  test('have keys that are nobody else’s', async () => {
    const key = newKey();
    expect(await people.refusal(admin, create, { key, scopes: ['clinical:cases:read'] })).toBeNull();
    expect(await people.refusal(admin, create, { key, scopes: ['clinical:cases:read'] })).toBe('CONFLICT');
    expect(await people.refusal(admin, create, { key: 'DOCTOR', scopes: ['clinical:cases:read'] })).toBe('CONFLICT');
    expect(await people.refusal(admin, create, { key: 'not a key', scopes: ['clinical:cases:read'] })).toBe(
      'BAD_USER_INPUT',
    );
    expect(await people.refusal(admin, create, { key: newKey(), scopes: [] })).toBe('BAD_USER_INPUT');
  });

  test('are given by those who may give them, never to oneself, and never across organisations', async () => {
    const { id, version: v } = await membershipOf(clinic.people.doctor.userId);
    const own = { ...admin, userId: clinic.people.doctor.userId };
    expect(await people.refusal(own, assign, { id, v, roles: ['ADMIN'] })).toBe('FORBIDDEN');
    expect(await people.refusal(admin, assign, { id, v, roles: ['PLATFORM_ADMIN'] })).toBe('FORBIDDEN');
    expect(await people.refusal(admin, assign, { id, v, roles: ['WIZARD'] })).toBe('BAD_USER_INPUT');
    expect(await people.refusal(admin, assign, { id, v, roles: [] })).toBe('BAD_USER_INPUT');
    expect(await people.refusal(admin, assign, { id, v: v + 1, roles: ['NURSE'] })).toBe('STALE_VERSION');
    const unscoped = actorOf(clinic.organisation, { scopes: ['auth:users:write'] });
    expect(await people.refusal(unscoped, assign, { id, v, roles: ['NURSE'] })).toBe('FORBIDDEN');
    const other = await auth.newClinic();
    const stranger = { ...admin, ...other.organisation };
    expect(await people.refusal(stranger, assign, { id, v, roles: ['NURSE'] })).toBe('NOT_FOUND');
    const foreign = newKey();
    expect(await people.refusal(stranger, create, { key: foreign, scopes: ['clinical:cases:read'] })).toBeNull();
    expect(await people.refusal(admin, assign, { id, v, roles: [foreign] })).toBe('BAD_USER_INPUT');
  });
});

describe('settings of an organisation', () => {
  let auth: AuthUnderTest;
  let people: People;

  const set =
    'mutation ($mfa: Boolean!) { setRequireMfa(requireMfa: $mfa) { settings { requireMfa } userErrors { code } } }';

  beforeAll(async () => {
    auth = await startAuth({ LOGIN_ANSWER_MS: '100' });
    people = new People(auth);
  });
  afterAll(() => auth.stop());

  const adminOf = ({ organisation }: Clinic): Actor =>
    actorOf(organisation, { scopes: ['auth:settings:write', 'auth:organisations:read'] });

  test('may want a second factor: whoever has none gets in to enrol one, and no further', async () => {
    const clinic = await auth.newClinic();
    const { doctor } = clinic.people;
    expect((await people.signIn(doctor)).scopes.size).toBeGreaterThan(1);
    expect(await people.refusal(adminOf(clinic), set, { mfa: true })).toBeNull();
    const login = await people.login(doctor);
    expect(login).toMatchObject({ mustEnrolMfa: true, tokens: { scope: ['auth:users:self'] } });
    const actor = await auth.verify(login.tokens?.accessToken ?? '');
    expect([...actor.scopes]).toEqual(['auth:users:self']);
    const refresh =
      'mutation ($t: String!) { refreshToken(refreshToken: $t) { tokens { scope } userErrors { code } } }';
    expect(await people.ask(null, refresh, { t: login.tokens?.refreshToken })).toMatchObject({
      refreshToken: { tokens: { scope: ['auth:users:self'] } },
    });
    const { codes } = await people.enrol(
      actor,
      await people.stepUp(actor, 'MANAGE_MFA', { password: doctor.password }),
    );
    const challenge = (await people.login(doctor)).mfaChallenge;
    const done = await people.completeMfa(challenge?.id ?? '', { kind: 'RECOVERY_CODE', code: codes[0] });
    expect(done.tokens?.scope).toContain('clinical:cases:write');
  });

  test('are kept apart by organisation, and changed by those who may', async () => {
    const [one, other] = [await auth.newClinic(), await auth.newClinic()];
    expect(await people.refusal(adminOf(one), set, { mfa: true })).toBeNull();
    const read = 'query ($id: ID!) { organisation(id: $id) { settings { requireMfa } } }';
    const settingsOf = (clinic: Clinic): Promise<unknown> =>
      people.ask(adminOf(clinic), read, { id: clinic.organisation.organisationId });
    expect(await settingsOf(one)).toEqual({ organisation: { settings: { requireMfa: true } } });
    expect(await settingsOf(other)).toEqual({ organisation: { settings: null } });
    const unscoped = actorOf(one.organisation, { scopes: ['auth:users:write'] });
    expect(await people.refusal(unscoped, set, { mfa: false })).toBe('FORBIDDEN');
  });

  test('survive several who set them for the first time at once', async () => {
    const clinic = await auth.newClinic();
    const answers = await Promise.all([1, 2, 3, 4].map((n) => people.refusal(adminOf(clinic), set, { mfa: n > 2 })));
    expect(answers).toEqual([null, null, null, null]);
  });
});
