import { type Actor } from '#shared/auth';
import { actorOf } from '#shared/testing';
import { type AuthUnderTest, type Clinic, startAuth } from '../auth.fixture';
import { movableClock, People } from '../people.fixture';

const password = 'chosen by themselves';
const describeInvitation =
  'query ($token: String!) { invitation(token: $token) { invitation { organisation needsPassword } userErrors { code } } }';
const resend = 'mutation ($id: ID!) { resendInvitation(id: $id) { user { id } userErrors { code } } }';

describe('invitations', () => {
  let auth: AuthUnderTest;
  let people: People;
  let clinic: Clinic;
  let admin: Actor;
  let email: string;
  let count = 0;
  const wait = movableClock();

  const adminOf = ({ organisation }: Clinic): Actor =>
    actorOf(organisation, { scopes: ['auth:users:read', 'auth:users:write', 'auth:roles:write', 'auth:users:self'] });
  const status = async (id: string): Promise<object> =>
    (await people.ask<{ user: object }>(admin, 'query ($id: ID!) { user(id: $id) { status emailVerified } }', { id }))
      .user;

  beforeAll(async () => {
    auth = await startAuth({ LOGIN_ANSWER_MS: '100' });
    people = new People(auth);
  });
  beforeEach(async () => {
    clinic = await auth.newClinic();
    admin = adminOf(clinic);
    email = `canary.invited.${String((count += 1))}@hospital.example`;
  });
  afterAll(async () => {
    jest.useRealTimers();
    await auth.stop();
  });

  test('are mailed, and accepted by choosing a password', async () => {
    const id = await people.invite(admin, email);
    expect(await status(id)).toEqual({ status: 'INVITED', emailVerified: false });
    const token = await people.tokenFor(email);
    expect(await people.ask(null, describeInvitation, { token })).toEqual({
      invitation: { invitation: { organisation: 'A clinic', needsPassword: true }, userErrors: [] },
    });
    expect(await people.follow('acceptInvitation', token)).toBe('BAD_USER_INPUT');
    const answers = await Promise.all([1, 2].map(() => people.follow('acceptInvitation', token, password)));
    expect(answers.sort()).toEqual(['LINK_EXPIRED', null].sort());
    expect(await status(id)).toEqual({ status: 'ACTIVE', emailVerified: true });
    expect(await people.signIn({ email, password })).toMatchObject({ userId: id, roles: ['NURSE'] });
    const [mail] = await people.mailsTo(email);
    expect([mail?.subject, mail?.text]).toEqual([
      'Your account at A clinic',
      expect.stringContaining('Dear Canaryfirst,'),
    ]);
  });

  test('may come beside a temporary password, and not at all without either', async () => {
    await people.invite(admin, email, { temporaryPassword: 'for the first day', sendInvitation: true });
    await people.signIn({ email, password: 'for the first day' });
    expect(await people.follow('acceptInvitation', await people.tokenFor(email), password)).toBeNull();
    await people.signIn({ email, password });
    const input = {
      idempotencyKey: 'idk',
      email: 'x@y.example',
      firstName: 'A',
      lastName: 'B',
      roles: ['NURSE'],
      sendInvitation: false,
    };
    const invite = 'mutation ($input: InviteUserInput!) { inviteUser(input: $input) { userErrors { code path } } }';
    expect(await people.refusal(admin, invite, { input })).toBe('BAD_USER_INPUT');
  });

  test('can be sent again, until they are accepted, by those who could have sent them', async () => {
    const id = await people.invite(admin, email);
    const first = await people.tokenFor(email);
    const receptionist = actorOf(clinic.organisation, { scopes: ['auth:users:write', 'auth:users:self'] });
    expect(await people.refusal(receptionist, resend, { id })).toBe('FORBIDDEN');
    expect(await people.refusal(adminOf(await auth.newClinic()), resend, { id })).toBe('NOT_FOUND');
    expect(await people.refusal(admin, resend, { id })).toBeNull();
    const second = await people.tokenFor(email, 2);
    expect(await people.follow('acceptInvitation', first, password)).toBeNull();
    expect(await people.follow('acceptInvitation', second, 'another one of mine')).toBe('LINK_EXPIRED');
    expect(await people.refusal(admin, resend, { id })).toBe('CONFLICT');
  });

  test('end after seven days, and with the account', async () => {
    const id = await people.invite(admin, email);
    const token = await people.tokenFor(email);
    wait(604_801_000);
    expect(await people.follow('acceptInvitation', token, password)).toBe('LINK_EXPIRED');
    admin = { ...admin, expiresAt: new Date(Date.now() + 900_000) };
    expect(await people.refusal(admin, resend, { id })).toBeNull();
    const later = await people.tokenFor(email, 2);
    const remove =
      'mutation ($id: ID!) { setUserStatus(id: $id, ifVersion: 1, status: DELETED, reason: "left") { user { id } userErrors { code } } }';
    expect(await people.refusal(admin, remove, { id })).toBeNull();
    expect(await people.follow('acceptInvitation', later, password)).toBe('LINK_EXPIRED');
  });

  test('write nothing into a mail but names: a name with line breaks and links does not become one', async () => {
    await people.invite(admin, email, { firstName: 'Eve\n\nPay here: https://evil.example' });
    const [mail] = await people.mailsTo(email);
    expect(mail?.text.match(/https?:\/\//g)).toHaveLength(1);
    expect(mail?.text.split('\n')[0]).toBe('Dear Eve Pay here: https evil.example,');
  });

  describe('to somebody with an account elsewhere', () => {
    let other: Clinic;
    beforeEach(async () => {
      other = await auth.newClinic();
      await people.invite(admin, email);
      await people.follow('acceptInvitation', await people.tokenFor(email), password);
    });

    test('open by the password they have, and ask which organisation at sign-in', async () => {
      const id = await people.invite(adminOf(other), email, { roles: ['DOCTOR'] });
      const token = await people.tokenFor(email, 2);
      expect(await people.ask(null, describeInvitation, { token })).toMatchObject({
        invitation: { invitation: { needsPassword: false } },
      });
      expect((await people.login({ email, password })).user?.organisationId).toBe(clinic.organisation.organisationId);
      expect(await people.follow('acceptInvitation', token)).toBeNull();
      const { tokens, organisations } = await people.loginTo({ email, password }, null);
      expect(tokens).toBeNull();
      expect(organisations?.map((one) => one.id).sort()).toEqual(
        [clinic, other].map(({ organisation }) => organisation.organisationId).sort(),
      );
      const there = await people.loginTo({ email, password }, other.organisation.organisationId);
      expect(there.user).toMatchObject({ id, organisationId: other.organisation.organisationId, roles: ['DOCTOR'] });
      const here = await people.loginTo({ email, password }, clinic.organisation.organisationId);
      expect(here.user).toMatchObject({ organisationId: clinic.organisation.organisationId, roles: ['NURSE'] });
      const nowhere = await people.loginTo({ email, password }, (await auth.newClinic()).organisation.organisationId);
      expect(nowhere.userErrors).toMatchObject([{ code: 'INVALID_CREDENTIALS' }]);
    });

    test('give those who sent them no way in: neither the password they set nor the one they know', async () => {
      const temporary = { email, password: 'known to the sender' };
      await people.invite(adminOf(other), email, { temporaryPassword: temporary.password });
      expect((await people.login(temporary)).userErrors).toMatchObject([{ code: 'INVALID_CREDENTIALS' }]);
      expect((await people.login({ email, password })).user?.organisationId).toBe(clinic.organisation.organisationId);
    });

    test('keep one second factor for all organisations, and one reset', async () => {
      await people.invite(adminOf(other), email);
      await people.follow('acceptInvitation', await people.tokenFor(email, 2));
      const elsewhere = other.organisation.organisationId;
      const login = await people.loginTo({ email, password }, elsewhere);
      const actor = await auth.verify(login.tokens?.accessToken ?? '');
      const { app } = await people.enrol(actor, await people.stepUp(actor, 'MANAGE_MFA', { password }));
      wait(30_000);
      const challenge = (await people.loginTo({ email, password }, clinic.organisation.organisationId)).mfaChallenge;
      const done = await people.completeMfa(challenge?.id ?? '', { kind: 'TOTP', code: app.code() });
      expect(done.user?.organisationId).toBe(clinic.organisation.organisationId);
      await people.ask(null, `mutation { requestPasswordReset(email: "${email}") { accepted } }`);
      expect(
        await people.follow('resetPassword', await people.tokenFor(email, 3), 'the same one everywhere'),
      ).toBeNull();
      const again = await people.loginTo({ email, password: 'the same one everywhere' }, elsewhere);
      expect(again.mfaChallenge).not.toBeNull();
    });

    test('go on to open when the account whose password it was is deleted', async () => {
      const id = await people.invite(adminOf(other), email);
      await people.follow('acceptInvitation', await people.tokenFor(email, 2));
      const { users } = await people.ask<{ users: { nodes: { id: string; version: number; email: string }[] } }>(
        admin,
        '{ users { nodes { id version email } } }',
      );
      const first = users.nodes.find((one) => one.email === email);
      const remove =
        'mutation ($id: ID!, $v: Int!) { setUserStatus(id: $id, ifVersion: $v, status: DELETED, reason: "left") { user { id } userErrors { code } } }';
      expect(await people.refusal(admin, remove, { id: first?.id, v: first?.version })).toBeNull();
      expect((await people.login({ email, password })).user?.id).toBe(id);
    });
  });

  test('do not open an account that was made for the address before its owner was asked', async () => {
    // Made by somebody who knows its password; the owner of the address has never heard of it.
    await people.invite(admin, email, { temporaryPassword: 'known to the maker' });
    await people.signIn({ email, password: 'known to the maker' });
    const other = await auth.newClinic();
    await people.invite(adminOf(other), email);
    expect((await people.login({ email, password: 'known to the maker' })).user?.organisationId).toBe(
      clinic.organisation.organisationId,
    );
    expect(await people.follow('acceptInvitation', await people.tokenFor(email), password)).toBeNull();
    expect((await people.login({ email, password })).user?.organisationId).toBe(other.organisation.organisationId);
    expect((await people.login({ email, password: 'known to the maker' })).userErrors).toHaveLength(1);
  });

  test('are confirmed by a link of their own when somebody asks for it', async () => {
    const ask = 'mutation { requestEmailVerification { user { id } userErrors { code } } }';
    await people.invite(admin, email, { temporaryPassword: 'for the first day' });
    const actor = await people.signIn({ email, password: 'for the first day' });
    expect(await people.refusal(actor, ask)).toBeNull();
    expect(await people.follow('verifyEmail', await people.tokenFor(email))).toBeNull();
    expect(await people.ask(actor, '{ me { emailVerified } }')).toEqual({ me: { emailVerified: true } });
    expect(await people.refusal(actor, ask)).toBe('CONFLICT');
  });
});
