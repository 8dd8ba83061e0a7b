import { hash as bcrypt } from 'bcryptjs';
import { type Actor } from '#shared/auth';
import { actorOf } from '#shared/testing';
import { type AuthUnderTest, type Clinic, startAuth } from '../auth.fixture';
import { People } from '../people.fixture';

describe('looking for people', () => {
  let auth: AuthUnderTest;
  let people: People;
  let clinic: Clinic;
  let admin: Actor;
  let id: string;

  const find = async (text: string, as = admin): Promise<string[]> => {
    const query = 'query ($text: String!) { users(text: $text) { nodes { id } totalCount } }';
    const { users } = await people.ask<{ users: { nodes: { id: string }[] } }>(as, query, { text });
    return users.nodes.map((node) => node.id);
  };

  beforeAll(async () => {
    auth = await startAuth({ LOGIN_ANSWER_MS: '100' });
    people = new People(auth);
    clinic = await auth.newClinic();
    admin = actorOf(clinic.organisation, { scopes: ['auth:users:read', 'auth:users:write', 'auth:roles:write'] });
    id = await people.invite(admin, 'zoe.canary@search.example', {
      ...{
        firstName: 'Zoë',
        lastName: 'O’Brien-Quarles',
        phoneNumber: '07400 123456',
        temporaryPassword: 'a temporary one',
      },
    });
  });
  afterAll(() => auth.stop());

  test.each([
    ['ZOE.Canary@search.example ', true],
    ['zoe.canary@search', false],
    ['+44 7400 123456', true],
    ['07400 123456', true],
    ['7400', false],
    ['zoe', true],
    ['quar obrien', true],
    ['zoe smith', false],
  ])('%s finds them: %s', async (text, isFound) => {
    expect(await find(text)).toEqual(isFound ? [id] : []);
  });

  test('finds nobody of another organisation, nor anybody deleted', async () => {
    const stranger = { ...admin, ...(await auth.newClinic()).organisation };
    expect(await find('zoe', stranger)).toEqual([]);
    const gone = await people.invite(admin, 'gone.canary@search.example', { firstName: 'Xanthippe' });
    expect(await find('xanth')).toEqual([gone]);
    const remove =
      'mutation ($id: ID!) { setUserStatus(id: $id, ifVersion: 1, status: DELETED, reason: "left") { user { deletedAt deletedBy } userErrors { code } } }';
    const { setUserStatus } = await people.ask<{ setUserStatus: { user: { deletedAt: string; deletedBy: string } } }>(
      admin,
      remove,
      { id: gone },
    );
    expect(setUserStatus.user).toEqual({ deletedAt: expect.any(String) as string, deletedBy: admin.subject });
    expect(await find('xanth')).toEqual([]);
  });

  test('keeps numbers as E.164, and refuses what is none', async () => {
    const { user } = await people.ask<{ user: { phoneNumber: string } }>(
      admin,
      'query ($id: ID!) { user(id: $id) { phoneNumber } }',
      { id },
    );
    expect(user.phoneNumber).toBe('+447400123456');
    const invite = 'mutation ($input: InviteUserInput!) { inviteUser(input: $input) { userErrors { code path } } }';
    const input = { idempotencyKey: 'a', email: 'b@search.example', firstName: 'A', lastName: 'B', roles: ['NURSE'] };
    for (const phoneNumber of ['12', '+44 1', 'call me', '9'.repeat(500)]) {
      expect(await people.refusal(admin, invite, { input: { ...input, phoneNumber } })).toBe('BAD_USER_INPUT');
    }
  });

  test('leaves no address, name or number in the index', async () => {
    const rows = await auth.subject.running.database.system.query<object[]>('SELECT * FROM user_index_entries');
    expect(rows.length).toBeGreaterThan(10);
    const text = JSON.stringify(rows).toLowerCase();
    expect(['zoe', 'canary', '7400123456'].filter((canary) => text.includes(canary))).toEqual([]);
  });

  describe('passwords brought from elsewhere', () => {
    const invite =
      'mutation ($input: InviteUserInput!) { inviteUser(input: $input) { user { id } userErrors { code } } }';
    const input = { idempotencyKey: 'import', firstName: 'A', lastName: 'B', roles: ['NURSE'] };

    test('open the account, and are hashed anew at the first sign-in', async () => {
      const person = { email: 'old.canary@search.example', password: 'from the old system' };
      const importedPasswordHash = await bcrypt(person.password, 4);
      await people.invite(admin, person.email, { importedPasswordHash });
      expect((await people.login({ ...person, password: 'guess' })).userErrors).toMatchObject([
        { code: 'INVALID_CREDENTIALS' },
      ]);
      const hashes = async (): Promise<string[]> => {
        const rows = await auth.subject.running.database.system.query<{ password_hash: string }[]>(
          'SELECT * FROM user_credentials',
        );
        return rows.map((row) => row.password_hash);
      };
      expect(await hashes()).toContain(importedPasswordHash);
      await people.signIn(person);
      expect((await hashes()).filter((hash) => !hash.startsWith('$argon2id$'))).toEqual([]);
      await people.signIn(person);
    });

    test('are brought by those who may give roles, as bcrypt of a bounded cost', async () => {
      const receptionist = actorOf(clinic.organisation, { scopes: ['auth:users:write'] });
      const hash = await bcrypt('whatever it was', 4);
      const of = (importedPasswordHash: string): object => ({
        input: { ...input, roles: ['PATIENT'], email: 'p@search.example', importedPasswordHash },
      });
      expect(await people.refusal(receptionist, invite, of(hash) as Record<string, unknown>)).toBe('FORBIDDEN');
      for (const bad of ['', 'plain', hash.replace('$04$', '$31$'), `${hash}x`]) {
        expect(await people.refusal(admin, invite, of(bad) as Record<string, unknown>)).toBe('BAD_USER_INPUT');
      }
    });
  });
});
