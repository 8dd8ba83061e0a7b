import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Actor, scopes } from '#shared/auth';
import { newId } from '#shared/ids';
import { actorOf, describeContract, testOrganisation } from '#shared/testing';
import { auth } from '.';
import { type AuthUnderTest, type Clinic, startAuth } from './auth.fixture';

const linkTaking = ['resetPassword', 'verifyEmail', 'invitation', 'acceptInvitation'];
describeContract(auth, {
  public: ['login', 'completeMfa', 'refreshToken', 'adminLoginWithGoogle', 'requestPasswordReset', ...linkTaking],
});

const invite = `mutation ($input: InviteUserInput!) {
  inviteUser(input: $input) { user { id version status email displayName patients { id } practitioner { id } } userErrors { code path } }
}`;
const createClient = `mutation ($input: CreateApiClientInput!) {
  createApiClient(input: $input) { client { id clientId scopes { name } product { key } } secret userErrors { code path } }
}`;

interface Invited {
  inviteUser: { user: { id: string; version: number } | null; userErrors: { code: string; path: string[] | null }[] };
}

describe('people and clients', () => {
  let subject: AuthUnderTest;
  let clinic: Clinic;
  let admin: Actor;
  let receptionist: Actor;
  let stranger: Actor;
  let elsewhere: Actor;

  const ask = async <T>(actor: Actor, query: string, variables: Record<string, unknown> = {}): Promise<T> => {
    const { data, errors } = await subject.subject.ask(actor, query, variables);
    expect(errors).toBeUndefined();
    return data as T;
  };
  const codeOf = async (
    actor: Actor | null,
    query: string,
    variables: Record<string, unknown> = {},
  ): Promise<unknown> => (await subject.subject.ask(actor, query, variables)).errors?.[0]?.extensions?.['code'];
  const person = (more: object = {}): { input: Record<string, unknown> } => ({
    input: {
      ...{
        idempotencyKey: newId('idk'),
        email: `${newId('idk')}@portal.example`,
        firstName: 'Pat',
        lastName: 'Example',
      },
      ...{ roles: ['PATIENT'], temporaryPassword: 'a temporary one', ...more },
    },
  });

  beforeAll(async () => {
    subject = await startAuth();
    clinic = await subject.newClinic();
    const people = ['auth:users:read', 'auth:users:write', 'auth:users:self'] as const;
    admin = actorOf(clinic.organisation, {
      scopes: [...people, 'auth:roles:write', 'auth:clients:read', 'auth:clients:write'],
    });
    receptionist = actorOf(clinic.organisation, { scopes: ['auth:users:write', 'auth:users:self'] });
    elsewhere = { ...admin, ...(await subject.newClinic()).organisation };
    stranger = { ...admin, organisationId: testOrganisation().organisationId };
  });
  afterAll(() => subject.stop());

  test('invites a patient to the portal, who then signs in with their patients in the token', async () => {
    const patientIds = [newId('pat'), newId('pat')];
    const variables = person({ patientIds });
    const { user, userErrors } = (await ask<Invited>(receptionist, invite, variables)).inviteUser;
    expect(userErrors).toEqual([]);
    expect(user).toMatchObject({ version: 1, status: 'INVITED', practitioner: null });
    const { login } = await ask<{ login: { tokens: { accessToken: string } } }>(
      receptionist,
      'mutation ($e: String!) { login(email: $e, password: "a temporary one", productKey: "demo") { tokens { accessToken } } }',
      { e: variables.input['email'] },
    );
    const patient = await subject.verify(login.tokens.accessToken);
    expect(patient).toMatchObject({ roles: ['PATIENT'], patientIds, practitionerId: null });
    expect(patient.scopes).toContain('clinical:patients:self');
    expect(await ask(patient, '{ me { displayName patients { id } } }')).toEqual({
      me: { displayName: 'Pat Example', patients: patientIds.map((id) => ({ id })) },
    });
    const announced = await subject.subject.until('the events', () => {
      const events = subject.subject.events.filter(
        ({ type, resourceId }) => type === 'auth.user.invited' && resourceId === user?.id,
      );
      return events.length === 2 && events.map(({ data }) => data);
    });
    expect(announced).toEqual(patientIds.map((patientId) => ({ userId: user?.id, patientId })));
  });

  test('lets nobody grant more than they may', async () => {
    expect(await codeOf(receptionist, invite, person({ roles: ['DOCTOR'] }))).toBe('FORBIDDEN');
    expect(await codeOf(receptionist, invite, person({ practitionerId: newId('pra') }))).toBe('FORBIDDEN');
    expect(await codeOf(admin, invite, person({ roles: ['PLATFORM_ADMIN'] }))).toBe('FORBIDDEN');
    expect(await codeOf(actorOf(clinic.organisation, { scopes: ['auth:users:read'] }), invite, person())).toBe(
      'FORBIDDEN',
    );
    expect(
      (await ask<Invited>(admin, invite, person({ roles: ['DOCTOR', 'REVIEWER'] }))).inviteUser.userErrors,
    ).toEqual([]);
  });

  test.each([
    ['a role there is not', { roles: ['WIZARD'] }, 'roles'],
    ['no role', { roles: [] }, 'roles'],
    ['a malformed address', { email: 'not an address' }, 'email'],
    ['a short password', { temporaryPassword: 'short' }, 'temporaryPassword'],
    ['an empty name', { firstName: '  ' }, 'firstName'],
    ['patients without the role', { roles: ['NURSE'], patientIds: [newId('pat')] }, 'patientIds'],
  ])('refuses %s, naming the field', async (_what, more, field) => {
    const { userErrors } = (await ask<Invited>(admin, invite, person(more))).inviteUser;
    expect(userErrors).toEqual([{ code: 'BAD_USER_INPUT', path: ['input', field] }]);
  });

  test('calls the id of another kind by its name', async () => {
    const { userErrors } = (await ask<Invited>(admin, invite, person({ patientIds: [newId('org')] }))).inviteUser;
    expect(userErrors).toMatchObject([{ code: 'INVALID_ID' }]);
    expect(await codeOf(admin, 'query ($id: ID!) { user(id: $id) { id } }', { id: newId('org') })).toBe('INVALID_ID');
  });

  test('takes a repeated invitation for the same one, and refuses the key for another and the address for a second here', async () => {
    const variables = person();
    const [first, second] = await Promise.all([
      ask<Invited>(admin, invite, variables),
      ask<Invited>(admin, invite, variables),
    ]);
    expect(second.inviteUser.user?.id).toBe(first.inviteUser.user?.id);
    const other = { input: { ...variables.input, firstName: 'Sam' } };
    expect((await ask<Invited>(admin, invite, other)).inviteUser.userErrors).toMatchObject([
      { code: 'IDEMPOTENCY_KEY_REUSED' },
    ]);
    const taken = person({ email: String(variables.input['email']).toUpperCase() });
    expect((await ask<Invited>(admin, invite, taken)).inviteUser.userErrors).toMatchObject([{ code: 'CONFLICT' }]);
    expect((await ask<Invited>(elsewhere, invite, taken)).inviteUser.userErrors).toEqual([]);
  });

  test('does not show one organisation’s people to another', async () => {
    const { userId: id } = clinic.people.doctor;
    const query =
      'query ($id: ID!, $org: ID!) { user(id: $id) { id } organisation(id: $org) { name } users { nodes { id } } }';
    const { organisationId: org } = clinic.organisation;
    expect(await ask(stranger, query, { id, org })).toEqual({ user: null, organisation: null, users: { nodes: [] } });
    const found = await ask<{ organisation: unknown }>(admin, query, { id, org });
    expect(found).toMatchObject({ user: { id }, organisation: { name: 'A clinic' } });
    const status =
      'mutation ($id: ID!) { setUserStatus(id: $id, ifVersion: 1, status: SUSPENDED, reason: "canary of a reason") { userErrors { code } } }';
    expect(await ask(stranger, status, { id })).toEqual({ setUserStatus: { userErrors: [{ code: 'NOT_FOUND' }] } });
  });

  test('shows colleagues each other’s names, contact details only to oneself and to those who may read users', async () => {
    const { doctor } = clinic.people;
    const query = 'query ($id: ID!) { user(id: $id) { displayName email } }';
    const displayName = `${doctor.firstName} ${doctor.lastName}`;
    expect(await ask(receptionist, query, { id: doctor.userId })).toEqual({ user: { displayName, email: null } });
    expect(await ask(admin, query, { id: doctor.userId })).toEqual({ user: { displayName, email: doctor.email } });
    const themself = { ...receptionist, userId: doctor.userId };
    expect(await ask(themself, query, { id: doctor.userId })).toEqual({ user: { displayName, email: doctor.email } });
    const { inviteUser } = await ask<Invited>(admin, invite, person());
    expect(await ask(receptionist, query, { id: inviteUser.user?.id })).toEqual({ user: null });
    expect(await codeOf(actorOf(clinic.organisation, { scopes: [] }), query, { id: doctor.userId })).toBe('FORBIDDEN');
  });

  test('lets staff who invite patients suspend patients, not colleagues, and nobody themselves', async () => {
    const suspend =
      'mutation ($id: ID!, $v: Int!) { setUserStatus(id: $id, ifVersion: $v, status: SUSPENDED, reason: "canary of a reason") { user { status } userErrors { code } } }';
    const { inviteUser } = await ask<Invited>(admin, invite, person());
    expect(await codeOf(receptionist, suspend, { id: clinic.people.admin.userId, v: 1 })).toBe('FORBIDDEN');
    expect(
      await codeOf({ ...admin, userId: clinic.people.admin.userId }, suspend, { id: clinic.people.admin.userId, v: 1 }),
    ).toBe('FORBIDDEN');
    const { id } = inviteUser.user ?? {};
    expect(await ask(receptionist, suspend, { id, v: 7 })).toMatchObject({
      setUserStatus: { userErrors: [{ code: 'STALE_VERSION' }] },
    });
    expect(await ask(receptionist, suspend, { id, v: 1 })).toMatchObject({
      setUserStatus: { user: { status: 'SUSPENDED' } },
    });
  });

  test('makes a client with at most its product’s scopes, and shows its secret once', async () => {
    const { products } = await ask<{ products: { id: string; key: string }[] }>(admin, '{ products { id key } }');
    expect(products).toMatchObject([{ key: 'demo' }]);
    const input = {
      idempotencyKey: newId('idk'),
      name: 'Partner',
      productId: products[0]?.id,
      scopes: ['clinical:cases:read'],
    };
    interface Created {
      createApiClient: { client: { id: string } | null; secret: string | null; userErrors: object[] };
    }
    const { createApiClient: made } = await ask<Created>(admin, createClient, { input });
    expect(made).toMatchObject({
      client: { scopes: [{ name: 'clinical:cases:read' }], product: { key: 'demo' } },
      userErrors: [],
    });
    expect(made.secret).toMatch(/^[\w-]{43}$/);
    const { createApiClient: repeated } = await ask<Created>(admin, createClient, { input });
    expect(repeated).toMatchObject({ client: { id: made.client?.id }, secret: null });
    for (const scope of ['auth:organisations:write', 'no:such:scope']) {
      const { createApiClient: refused } = await ask<Created>(admin, createClient, {
        input: { ...input, idempotencyKey: newId('idk'), scopes: [scope] },
      });
      expect(refused).toMatchObject({
        client: null,
        secret: null,
        userErrors: [{ code: 'BAD_USER_INPUT', path: ['input', 'scopes'] }],
      });
    }
    const { apiClients } = await ask<{ apiClients: { nodes: { id: string }[]; totalCount: number } }>(
      admin,
      '{ apiClients { nodes { id } totalCount } }',
    );
    expect(apiClients.totalCount).toBe(3);
    expect(apiClients.nodes[0]?.id).toBe(made.client?.id);
  });

  test('describes every scope and says which reach health information', async () => {
    interface Described {
      scopes: { name: string; description: string; phi: boolean }[];
    }
    const { scopes: all } = await ask<Described>(receptionist, '{ scopes { name description phi } }');
    expect(all.map(({ name }) => name)).toEqual([...scopes]);
    expect(all.filter(({ description }) => description.length < 10)).toEqual([]);
    const { scopes: clinical } = await ask<Described>(receptionist, '{ scopes(module: "clinical") { name phi } }');
    expect(clinical.every(({ name, phi }) => name.startsWith('clinical:') && phi)).toBe(true);
  });

  test('keeps addresses and names out of the database’s clear text and out of events', async () => {
    const source = subject.subject.running.database.system;
    const tables = [
      'users',
      'logins',
      'memberships',
      'user_credentials',
      'entity_history',
      'idempotency_keys',
      'outbox',
      'audit_intake',
    ];
    const rows = await Promise.all(tables.map((table) => source.query<object[]>(`SELECT * FROM ${table}`)));
    expect(rows.every((one) => one.length > 0)).toBe(true);
    const text = JSON.stringify([rows, subject.subject.events]).toLowerCase();
    expect(['canary', '.example'].filter((canary) => text.includes(canary))).toEqual([]);
    // The names of tables are in the files, so it is the right files that are looked through.
    const files = databaseFiles(source.options.database).map((file) =>
      readFileSync(file).toString('latin1').toLowerCase(),
    );
    expect(files.some((bytes) => bytes.includes('user_credentials'))).toBe(source.options.type !== 'mysql');
    expect(files.some((bytes) => bytes.includes('canary'))).toBe(false);
  });
});

/** The files of an SQLite database; none on MySQL. */
function databaseFiles(database: unknown): string[] {
  if (typeof database !== 'string' || !database.includes('/')) return [];
  const directory = join(database, '..');
  return readdirSync(directory)
    .map((name) => join(directory, name))
    .filter((file) => statSync(file).isFile());
}
