import { actorOf } from '#shared/testing';
import { type AuthUnderTest, type Clinic, startAuth } from '../auth.fixture';

const login = `mutation ($email: String!, $password: String!, $productKey: String!) {
  login(email: $email, password: $password, productKey: $productKey) {
    tokens { accessToken expiresIn tokenType scope } user { id organisationId roles patientIds practitionerId } userErrors { code message }
  }
}`;

interface Answer {
  tokens: { accessToken: string; expiresIn: number; tokenType: string; scope: string[] } | null;
  user: { id: string; roles: string[] } | null;
  userErrors: { code: string; message: string }[];
}

describe('signing in', () => {
  let subject: AuthUnderTest;
  let clinic: Clinic;

  const signIn = async (email: string, password: string, productKey = 'demo'): Promise<Answer> => {
    const { data, errors } = await subject.subject.ask(null, login, { email, password, productKey });
    expect(errors).toBeUndefined();
    return data?.['login'] as Answer;
  };
  const refused = {
    tokens: null,
    user: null,
    userErrors: [{ code: 'INVALID_CREDENTIALS', message: 'The e-mail address or the password is wrong' }],
  };

  beforeAll(async () => {
    subject = await startAuth({ LOGIN_ANSWER_MS: '100' });
    clinic = await subject.newClinic();
  });
  afterAll(() => subject.stop());

  test('gives a person a token with their roles, scopes and practitioner, and announces it without the address', async () => {
    const { doctor } = clinic.people;
    const { tokens, user, userErrors } = await signIn(` ${doctor.email.toUpperCase()} `, doctor.password);
    expect(userErrors).toEqual([]);
    expect(user).toEqual({
      ...{ id: doctor.userId, organisationId: clinic.organisation.organisationId, roles: ['DOCTOR'] },
      ...{ patientIds: [], practitionerId: doctor.practitionerId },
    });
    expect(tokens).toMatchObject({ expiresIn: 900, tokenType: 'Bearer' });
    const actor = await subject.verify(tokens?.accessToken ?? '');
    expect(actor).toMatchObject({
      ...{ kind: 'user', subject: doctor.userId, userId: doctor.userId, ...clinic.organisation },
      ...{ roles: ['DOCTOR'], practitionerId: doctor.practitionerId },
    });
    expect([...actor.scopes]).toEqual(tokens?.scope);
    expect(actor.scopes).toContain('clinical:cases:write');
    const event = await subject.subject.until('the event', () =>
      subject.subject.events.find(
        ({ type, resourceId }) => type === 'auth.login.succeeded' && resourceId === doctor.userId,
      ),
    );
    expect(event.data).toEqual({ userId: doctor.userId, method: 'PASSWORD' });
    const { data } = await subject.subject.ask(
      actor,
      '{ me { id email status lastLoginAt memberships { roles { key } } } viewerScopes }',
    );
    expect(data).toMatchObject({
      me: { id: doctor.userId, email: doctor.email, status: 'ACTIVE', memberships: [{ roles: [{ key: 'DOCTOR' }] }] },
      viewerScopes: [...actor.scopes].sort(),
    });
  });

  test('answers unknown address, wrong password and unknown product alike, at the same beat', async () => {
    const { admin } = clinic.people;
    const attempts: [string, string, string][] = [
      ['nobody@nowhere.example', admin.password, 'demo'],
      [admin.email, 'wrong', 'demo'],
      [admin.email, admin.password, 'no-such-product'],
    ];
    for (const [email, password, productKey] of attempts) {
      const startedAt = performance.now();
      expect(await signIn(email, password, productKey)).toEqual(refused);
      expect(performance.now() - startedAt).toBeGreaterThanOrEqual(95);
    }
  });

  test('locks an account after ten wrong passwords, even when they come all at once', async () => {
    const { doctor } = (await subject.newClinic()).people;
    const guesses = Array.from({ length: 12 }, (_, index) => signIn(doctor.email, `guess ${String(index)}`));
    for (const answer of await Promise.all(guesses)) expect(answer).toEqual(refused);
    expect(await signIn(doctor.email, doctor.password)).toEqual(refused);
    const reasons = await subject.subject.until('thirteen events', () => {
      const failed = subject.subject.events.filter(
        ({ type, resourceId }) => type === 'auth.login.failed' && resourceId === doctor.userId,
      );
      return failed.length === 13 && failed.map(({ data }) => data['reason']);
    });
    expect(reasons).toEqual([...Array<string>(10).fill('WRONG_PASSWORD'), ...Array<string>(3).fill('LOCKED')]);
  });

  test('begins to count anew after a right password', async () => {
    const { doctor } = (await subject.newClinic()).people;
    for (let round = 0; round < 2; round += 1) {
      await Promise.all(Array.from({ length: 9 }, () => signIn(doctor.email, 'guess')));
      expect((await signIn(doctor.email, doctor.password)).userErrors).toEqual([]);
    }
  });

  test('lets many people, and one person many times, sign in at once', async () => {
    const { doctor, admin } = clinic.people;
    const answers = await Promise.all(
      [doctor, admin, doctor, admin, doctor].map((one) => signIn(one.email, one.password)),
    );
    expect(answers.map(({ user }) => user?.id)).toEqual(
      [doctor, admin, doctor, admin, doctor].map(({ userId }) => userId),
    );
  });

  test('refuses a suspended person, and takes them again once they are active', async () => {
    const { organisation, people } = await subject.newClinic();
    const admin = actorOf(organisation, { scopes: ['auth:users:read', 'auth:users:write', 'auth:roles:write'] });
    const set = (status: string, ifVersion: number): Promise<unknown> =>
      subject.subject
        .ask(
          admin,
          `mutation ($id: ID!, $v: Int!) { setUserStatus(id: $id, ifVersion: $v, status: ${status}, reason: "on leave") { user { status } userErrors { code } } }`,
          {
            ...{ id: people.doctor.userId, v: ifVersion },
          },
        )
        .then(({ data }) => data);
    expect(await set('SUSPENDED', 1)).toMatchObject({ setUserStatus: { user: { status: 'SUSPENDED' } } });
    expect(await signIn(people.doctor.email, people.doctor.password)).toEqual(refused);
    expect(await set('ACTIVE', 2)).toMatchObject({ setUserStatus: { user: { status: 'ACTIVE' } } });
    expect((await signIn(people.doctor.email, people.doctor.password)).userErrors).toEqual([]);
    expect(await set('DELETED', 3)).toMatchObject({ setUserStatus: { user: { status: 'DELETED' } } });
    expect(await signIn(people.doctor.email, people.doctor.password)).toEqual(refused);
    expect(await set('ACTIVE', 4)).toMatchObject({
      setUserStatus: { user: null, userErrors: [{ code: 'ILLEGAL_TRANSITION' }] },
    });
  });
});
