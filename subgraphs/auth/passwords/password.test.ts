import { type DemoPerson } from '#shared/subgraph';
import { SmtpServer } from '#shared/testing';
import { type AuthUnderTest, type Clinic, startAuth } from '../auth.fixture';
import { movableClock, People } from '../people.fixture';

const request = 'mutation ($email: String!) { requestPasswordReset(email: $email) { accepted userErrors { code } } }';
const newPassword = 'a new password of mine';

describe('forgotten passwords', () => {
  let auth: AuthUnderTest;
  let people: People;
  let clinic: Clinic;
  let doctor: DemoPerson;
  const wait = movableClock();

  const ask = (email: string): Promise<unknown> => people.ask(null, request, { email });
  const accepted = { requestPasswordReset: { accepted: true, userErrors: [] } };

  beforeAll(async () => {
    auth = await startAuth({
      LOGIN_ANSWER_MS: '100',
      LOGIN_MAX_FAILURES: '3',
      ACCOUNT_LINKS_URL: 'https://sign-in.example',
    });
    people = new People(auth);
  });
  beforeEach(async () => {
    clinic = await auth.newClinic();
    ({ doctor } = clinic.people);
  });
  afterAll(async () => {
    jest.useRealTimers();
    await auth.stop();
  });

  test('are set anew by a link that was mailed, which also lifts a lock', async () => {
    for (let guess = 0; guess < 3; guess += 1) await people.login({ ...doctor, password: 'guess' });
    expect(await ask(doctor.email.toUpperCase())).toEqual(accepted);
    const token = await people.tokenFor(doctor.email);
    expect(await people.follow('resetPassword', token, newPassword)).toBeNull();
    expect((await people.login(doctor)).userErrors).toMatchObject([{ code: 'INVALID_CREDENTIALS' }]);
    const actor = await people.signIn({ ...doctor, password: newPassword });
    expect(await people.ask(actor, '{ me { emailVerified } }')).toEqual({ me: { emailVerified: true } });
    const [mail, notice] = await people.mailsTo(doctor.email, 2);
    expect(mail?.text).toContain('https://sign-in.example/account/reset-password?token=');
    expect([mail?.text, notice?.subject]).toEqual([
      expect.stringContaining('Dear Canaryfirst,'),
      'Your password was changed',
    ]);
  });

  test('tell nobody whether an address has an account: same answer, same beat', async () => {
    for (const email of [doctor.email, 'nobody@nowhere.example', 'no address', 'x'.repeat(5_000)]) {
      const afterTheBeat: number[] = [];
      for (let round = 0; round < 5; round += 1) {
        const startedAt = performance.now();
        expect(await ask(email)).toEqual(accepted);
        const tookMs = performance.now() - startedAt;
        expect(tookMs).toBeGreaterThanOrEqual(95);
        afterTheBeat.push(tookMs % 100);
      }
      // A busy machine is late now and then; an answer that keeps no beat is late every time.
      expect(Math.min(...afterTheBeat)).toBeLessThan(40);
    }
  });

  test('have links that work once, also when two follow at once, and void the others', async () => {
    await ask(doctor.email);
    const first = await people.tokenFor(doctor.email);
    await ask(doctor.email);
    const second = await people.tokenFor(doctor.email, 2);
    const answers = await Promise.all([1, 2, 3].map(() => people.follow('resetPassword', second, newPassword)));
    expect(answers.filter((code) => code === null)).toHaveLength(1);
    expect(answers.filter((code) => code === 'LINK_EXPIRED')).toHaveLength(2);
    expect(await people.follow('resetPassword', first, 'another password')).toBe('LINK_EXPIRED');
    await people.signIn({ ...doctor, password: newPassword });
  });

  test('have links that work for half an hour, for nothing else, and not when they are made up', async () => {
    await ask(doctor.email);
    const token = await people.tokenFor(doctor.email);
    expect(await people.follow('verifyEmail', token)).toBe('LINK_EXPIRED');
    expect(await people.follow('acceptInvitation', token, newPassword)).toBe('LINK_EXPIRED');
    for (const forged of ['', 'x'.repeat(43), `${token}x`, 'x'.repeat(100_000)]) {
      expect(await people.follow('resetPassword', forged, newPassword)).toBe('LINK_EXPIRED');
    }
    expect(await people.follow('resetPassword', token, 'short')).toBe('BAD_USER_INPUT');
    expect(await people.follow('resetPassword', token, 'Password1')).toBe('BAD_USER_INPUT');
    wait(1_801_000);
    expect(await people.follow('resetPassword', token, newPassword)).toBe('LINK_EXPIRED');
    await people.signIn(doctor);
  });

  test('are no way round a second factor, and end sign-ins that were begun with the old password', async () => {
    const actor = await people.signIn(doctor);
    const { app } = await people.enrol(actor, await people.stepUp(actor, 'MANAGE_MFA', { password: doctor.password }));
    wait(30_000);
    const begun = (await people.login(doctor)).mfaChallenge?.id ?? '';
    await ask(doctor.email);
    expect(await people.follow('resetPassword', await people.tokenFor(doctor.email), newPassword)).toBeNull();
    const factor = { kind: 'TOTP', code: app.code() };
    expect((await people.completeMfa(begun, factor)).userErrors).toMatchObject([{ code: 'CHALLENGE_EXPIRED' }]);
    // A sign-in begun in the very moment of the change would count as begun before it.
    wait(1);
    const { tokens, mfaChallenge } = await people.login({ ...doctor, password: newPassword });
    expect(tokens).toBeNull();
    expect((await people.completeMfa(mfaChallenge?.id ?? '', factor)).userErrors).toEqual([]);
  });

  test('end every session that was opened before, and its tokens', async () => {
    const { tokens } = await people.login(doctor);
    const { refreshToken = '' } = tokens ?? {};
    const refresh =
      'mutation ($t: String!) { refreshToken(refreshToken: $t) { tokens { accessToken refreshToken } userErrors { code } } }';
    const { refreshToken: renewed } = await people.ask<{ refreshToken: { tokens: { refreshToken: string } } }>(
      null,
      refresh,
      {
        t: refreshToken,
      },
    );
    await ask(doctor.email);
    expect(await people.follow('resetPassword', await people.tokenFor(doctor.email), newPassword)).toBeNull();
    expect(await people.refusal(null, refresh, { t: renewed.tokens.refreshToken })).toBe('INVALID_CREDENTIALS');
    const gateway = {
      ...(await people.signIn(clinic.people.admin)),
      scopes: new Set(['auth:revocations:read'] as const),
    };
    const { revocations } = await people.ask<{ revocations: { entries: object[] } }>(
      { ...gateway, kind: 'service', subject: 'service:gateway', userId: null },
      '{ revocations { entries { kind key } } }',
    );
    expect(revocations.entries).toContainEqual({ kind: 'SUBJECT', key: doctor.userId });
  });

  test('fill nobody’s mailbox', async () => {
    for (let time = 0; time < 8; time += 1) await ask(doctor.email);
    await people.mailsTo(doctor.email, 5);
    const source = auth.subject.running.database.system;
    const queued = await source.query<object[]>(`SELECT * FROM account_mails WHERE status = 'QUEUED'`);
    expect([queued.length, (await people.mailsTo(doctor.email)).length]).toEqual([0, 5]);
  });

  test('may be changed by whoever is signed in and steps up', async () => {
    const actor = await people.signIn(doctor);
    const change = `mutation ($token: String!) { changePassword(newPassword: "${newPassword}", stepUpToken: $token) { user { id } userErrors { code } } }`;
    expect(await people.refusal(actor, change, { token: 'none' })).toBe('STEP_UP_REQUIRED');
    const token = await people.stepUp(actor, 'CHANGE_PASSWORD', { password: doctor.password });
    expect(await people.refusal(actor, change, { token })).toBeNull();
    expect((await people.login(doctor)).userErrors).toHaveLength(1);
    await people.signIn({ ...doctor, password: newPassword });
  });

  test('leave no link and no address behind in the database, nor in any event', async () => {
    await ask(doctor.email);
    const token = await people.tokenFor(doctor.email);
    const source = auth.subject.running.database.system;
    const sent = await auth.subject.until('the mail to be recorded', async () => {
      const rows = await source.query<{ status: string; message: string | null }[]>('SELECT * FROM account_mails');
      return rows.every(({ status }) => status === 'SENT') && rows;
    });
    expect(sent.every(({ message }) => message === null)).toBe(true);
    const tables = ['account_mails', 'one_time_links', 'entity_history', 'outbox', 'audit_intake'];
    const rows = await Promise.all(tables.map((table) => source.query<object[]>(`SELECT * FROM ${table}`)));
    const text = JSON.stringify([rows, auth.subject.events]).toLowerCase();
    expect([token.toLowerCase(), 'canary', '.example'].filter((canary) => text.includes(canary))).toEqual([]);
  });
});

describe('account mail by SMTP', () => {
  let server: SmtpServer;
  let auth: AuthUnderTest;
  let clinic: Clinic;

  beforeAll(async () => {
    server = await SmtpServer.start();
    auth = await startAuth({
      ...{ SMTP_URL: `smtp://127.0.0.1:${String(server.port)}`, LOGIN_ANSWER_MS: '100' },
      ...{ ACCOUNT_MAIL_RETRY_MS: '20', ACCOUNT_MAIL_LEASE_MS: '1000' },
    });
  });
  beforeEach(async () => {
    clinic = await auth.newClinic();
    server.mode = 'up';
  });
  afterAll(async () => {
    await auth.stop();
    server.stop();
  });

  const states = async (): Promise<string[]> => {
    const query = 'SELECT status, attempts, error FROM account_mails ORDER BY created_at DESC';
    const rows = await auth.subject.running.database.system.query<{ status: string; error: string | null }[]>(query);
    return rows.map(({ status, error }) => `${status} ${error ?? ''}`.trim());
  };
  const ask = (email: string): Promise<unknown> => auth.subject.ask(null, request, { email });
  const sentTo = (email: string): string[] => server.mails.filter((text) => text.includes(`To: ${email}`));

  test('waits for a server that is down, and goes out once when it is back', async () => {
    server.mode = 'down';
    const { email } = clinic.people.doctor;
    await ask(email);
    await auth.subject.until('a failed attempt', async () => (await states()).includes('QUEUED MAILER_UNAVAILABLE'));
    server.mode = 'up';
    await auth.subject.until('the mail', () => sentTo(email).length > 0);
    await auth.subject.until('its record', async () => (await states())[0] === 'SENT');
    expect(sentTo(email)).toHaveLength(1);
  });

  test('keeps its Message-ID when it has to be sent again', async () => {
    server.mode = 'forgetful';
    const { email } = clinic.people.admin;
    await ask(email);
    await auth.subject.until('a repetition', () => sentTo(email).length > 1);
    server.mode = 'up';
    await auth.subject.until('its record', async () => (await states())[0] === 'SENT');
    const ids = sentTo(email).map((text) => /^Message-ID: (.*)$/m.exec(text)?.[1]);
    expect(new Set(ids).size).toBe(1);
  });

  test('is given up for an address that the server does not know', async () => {
    server.mode = 'unknown-address';
    await ask(clinic.people.doctor.email);
    await auth.subject.until('the refusal', async () => (await states())[0] === 'DEAD MAIL_REFUSED');
  });
});
