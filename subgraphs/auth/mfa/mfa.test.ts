import { type Actor } from '#shared/auth';
import { type DemoPerson } from '#shared/subgraph';
import { type AuthUnderTest, type Clinic, startAuth } from '../auth.fixture';
import { type Authenticator, movableClock, People } from '../people.fixture';

const stepMs = 30_000;
const totp = (code: string): object => ({ kind: 'TOTP', code });
const recovery = (code: string): object => ({ kind: 'RECOVERY_CODE', code });

describe('the second factor', () => {
  let auth: AuthUnderTest;
  let people: People;
  let clinic: Clinic;
  let doctor: DemoPerson;
  let actor: Actor;
  let app: Authenticator;
  let codes: string[];
  let deviceId: string;
  const wait = movableClock();

  const challenge = async (): Promise<string> => (await people.login(doctor)).mfaChallenge?.id ?? '';
  const codeOf = async (answer: Promise<{ userErrors: { code: string }[] }>): Promise<string | undefined> =>
    (await answer).userErrors[0]?.code;
  const eventsOf = (type: string): unknown[] =>
    auth.subject.events
      .filter((event) => event.type === type && event.resourceId === doctor.userId)
      .map(({ data }) => data);

  beforeAll(async () => {
    auth = await startAuth({ LOGIN_ANSWER_MS: '100', LOGIN_MAX_FAILURES: '8' });
    people = new People(auth);
  });
  beforeEach(async () => {
    clinic = await auth.newClinic();
    ({ doctor } = clinic.people);
    actor = await people.signIn(doctor);
    const stepUpToken = await people.stepUp(actor, 'MANAGE_MFA', { password: doctor.password });
    ({ app, codes, deviceId } = await people.enrol(actor, stepUpToken));
    wait(stepMs);
  });
  afterAll(async () => {
    jest.useRealTimers();
    await auth.stop();
  });

  test('is asked for after the password, and opens a session that says how it was shown', async () => {
    const { tokens, user, mfaChallenge } = await people.login(doctor);
    expect([tokens, user]).toEqual([null, null]);
    expect(mfaChallenge?.kinds).toEqual(['TOTP', 'RECOVERY_CODE']);
    const done = await people.completeMfa(mfaChallenge?.id ?? '', totp(app.code()));
    expect(done).toMatchObject({ user: { id: doctor.userId }, mfaChallenge: null, userErrors: [] });
    expect(await auth.verify(done.tokens?.accessToken ?? '')).toMatchObject({ userId: doctor.userId });
    await auth.subject.until('the event', () => eventsOf('auth.login.succeeded').length === 2);
    expect(eventsOf('auth.login.succeeded')[1]).toEqual({ userId: doctor.userId, method: 'PASSWORD.ONE_TIME_CODE' });
  });

  test('is an otpauth URL that names the platform and the person, and is shown once', async () => {
    expect(app.url).toMatch(/^otpauth:\/\/totp\/SA%20Platform:/);
    expect(decodeURIComponent(app.url)).toContain(doctor.email);
    const { me } = await people.ask<{ me: object }>(actor, '{ me { mfaEnabled devices { id kind label } } }');
    expect(me).toEqual({ mfaEnabled: true, devices: [{ id: deviceId, kind: 'TOTP', label: 'Canaryphone' }] });
  });

  test('refuses a code that was used, also by somebody quicker', async () => {
    const code = app.code();
    const answers = await Promise.all(
      [await challenge(), await challenge(), await challenge()].map((id) => people.completeMfa(id, totp(code))),
    );
    expect(answers.filter(({ tokens }) => tokens !== null)).toHaveLength(1);
    expect(answers.flatMap(({ userErrors }) => userErrors.map((error) => error.code))).toEqual(
      Array(2).fill('INVALID_CREDENTIALS'),
    );
  });

  test.each([
    [-2, false],
    [-1, true],
    [0, true],
    [1, true],
    [2, false],
  ])('takes a code of a clock %d steps off: %s', async (steps, isTaken) => {
    wait(2 * stepMs);
    const { tokens } = await people.completeMfa(await challenge(), totp(app.code(steps)));
    expect(tokens !== null).toBe(isTaken);
  });

  test('refuses an earlier step once a later one was taken', async () => {
    wait(2 * stepMs);
    const earlier = app.code();
    expect((await people.completeMfa(await challenge(), totp(app.code(1)))).userErrors).toEqual([]);
    expect(await codeOf(people.completeMfa(await challenge(), totp(earlier)))).toBe('INVALID_CREDENTIALS');
  });

  test('gives a sign-in five tries, even at once, and then wants it begun again', async () => {
    const id = await challenge();
    const wrong = await Promise.all(Array.from({ length: 7 }, () => codeOf(people.completeMfa(id, totp('000000')))));
    expect(wrong.filter((code) => code === 'INVALID_CREDENTIALS')).toHaveLength(5);
    expect(wrong.filter((code) => code === 'CHALLENGE_EXPIRED')).toHaveLength(2);
    expect(await codeOf(people.completeMfa(id, totp(app.code())))).toBe('CHALLENGE_EXPIRED');
    expect((await people.completeMfa(await challenge(), totp(app.code()))).userErrors).toEqual([]);
  });

  test('locks the account after as many wrong codes as wrong passwords, whoever has the password', async () => {
    for (let round = 0; round < 2; round += 1) {
      const id = await challenge();
      for (let guess = 0; guess < 4; guess += 1) await people.completeMfa(id, totp('000000'));
    }
    expect(await codeOf(people.login(doctor))).toBe('INVALID_CREDENTIALS');
    wait(901_000);
    expect((await people.completeMfa(await challenge(), totp(app.code()))).userErrors).toEqual([]);
  });

  test('must be shown within five minutes', async () => {
    const id = await challenge();
    wait(301_000);
    expect(await codeOf(people.completeMfa(id, totp(app.code())))).toBe('CHALLENGE_EXPIRED');
  });

  test('opens one session per challenge', async () => {
    const id = await challenge();
    const [first, second] = await Promise.all([
      people.completeMfa(id, totp(app.code())),
      people.completeMfa(id, recovery(codes[0] ?? '')),
    ]);
    expect([first, second].filter(({ tokens }) => tokens !== null)).toHaveLength(1);
    expect(await codeOf(people.completeMfa(id, recovery(codes[1] ?? '')))).toBe('CHALLENGE_EXPIRED');
  });

  test('does not open to a challenge that nobody was given', async () => {
    for (const id of ['', 'mch_00000000000000000000000000', 'x'.repeat(5_000)]) {
      expect(await codeOf(people.completeMfa(id, totp(app.code())))).toBe('CHALLENGE_EXPIRED');
    }
  });

  test('does not open to whoever was suspended in between', async () => {
    const id = await challenge();
    const admin = await people.signIn(clinic.people.admin);
    const { user } = await people.ask<{ user: { version: number } }>(
      admin,
      'query ($id: ID!) { user(id: $id) { version } }',
      {
        id: doctor.userId,
      },
    );
    await people.ask(
      admin,
      'mutation ($id: ID!, $v: Int!) { setUserStatus(id: $id, ifVersion: $v, status: SUSPENDED, reason: "left") { userErrors { code } } }',
      { id: doctor.userId, v: user.version },
    );
    expect(await codeOf(people.completeMfa(id, totp(app.code())))).toBe('CHALLENGE_EXPIRED');
  });

  test('may be a recovery code, typed as people type: once, also when it is tried twice at once', async () => {
    expect(codes).toHaveLength(10);
    const typed = (codes[0] ?? '').toUpperCase().replaceAll('-', ' ').replaceAll('0', 'O').replaceAll('1', 'I');
    const answers = await Promise.all(
      [await challenge(), await challenge()].map((id) => people.completeMfa(id, recovery(typed))),
    );
    expect(answers.filter(({ tokens }) => tokens !== null)).toHaveLength(1);
    await auth.subject.until('the event', () => eventsOf('auth.mfa.recovery_code_used').length === 1);
    expect(eventsOf('auth.mfa.recovery_code_used')).toEqual([{ userId: doctor.userId, remaining: 9 }]);
  });

  test('makes new recovery codes after a step-up, and the old ones void', async () => {
    const renew =
      'mutation ($token: String!) { renewRecoveryCodes(stepUpToken: $token) { recoveryCodes userErrors { code } } }';
    const token = await people.stepUp(actor, 'MANAGE_MFA', { factor: totp(app.code()) });
    const { renewRecoveryCodes } = await people.ask<{ renewRecoveryCodes: { recoveryCodes: string[] } }>(actor, renew, {
      token,
    });
    expect(await codeOf(people.completeMfa(await challenge(), recovery(codes[0] ?? '')))).toBe('INVALID_CREDENTIALS');
    const [fresh = ''] = renewRecoveryCodes.recoveryCodes;
    expect((await people.completeMfa(await challenge(), recovery(fresh))).userErrors).toEqual([]);
    expect(await people.refusal(actor, renew, { token })).toBe('STEP_UP_REQUIRED');
  });

  test('goes with its device, and the recovery codes with the last one', async () => {
    const remove =
      'mutation ($id: ID!, $token: String!) { removeMfaDevice(id: $id, stepUpToken: $token) { device { id } userErrors { code } } }';
    expect(await people.refusal(actor, remove, { id: deviceId, token: 'none' })).toBe('STEP_UP_REQUIRED');
    const token = await people.stepUp(actor, 'MANAGE_MFA', { factor: totp(app.code()) });
    const admin = await people.signIn(clinic.people.admin);
    expect(await people.refusal(admin, remove, { id: deviceId, token })).toBe('NOT_FOUND');
    expect(await people.refusal(actor, remove, { id: deviceId, token })).toBeNull();
    expect((await people.login(doctor)).tokens).not.toBeNull();
    const { me } = await people.ask<{ me: object }>(actor, '{ me { mfaEnabled devices { id } } }');
    expect(me).toEqual({ mfaEnabled: false, devices: [] });
  });

  test('counts only once its first code was shown', async () => {
    const { admin } = clinic.people;
    const adminActor = await people.signIn(admin);
    const stepUpToken = await people.stepUp(adminActor, 'MANAGE_MFA', { password: admin.password });
    const { enrolTotp } = await people.ask<{ enrolTotp: { device: { id: string } } }>(
      adminActor,
      'mutation ($token: String!) { enrolTotp(label: "Phone", stepUpToken: $token) { device { id } } }',
      { token: stepUpToken },
    );
    const confirm =
      'mutation ($id: ID!) { confirmTotp(deviceId: $id, code: "000000") { recoveryCodes userErrors { code } } }';
    expect(await people.refusal(adminActor, confirm, { id: enrolTotp.device.id })).toBe('INVALID_CREDENTIALS');
    expect(await people.refusal(actor, confirm, { id: enrolTotp.device.id })).toBe('NOT_FOUND');
    expect((await people.login(admin)).tokens).not.toBeNull();
  });

  test('keeps secrets, codes, labels and challenges out of the database’s clear text and out of events', async () => {
    const { mfaChallenge } = await people.login(doctor);
    const source = auth.subject.running.database.system;
    const tables = ['mfa_devices', 'recovery_codes', 'mfa_challenges', 'step_ups', 'entity_history', 'outbox'];
    const rows = await Promise.all(tables.map((table) => source.query<object[]>(`SELECT * FROM ${table}`)));
    expect(rows.every((one) => one.length > 0)).toBe(true);
    const text = JSON.stringify([rows, auth.subject.events]).toLowerCase();
    const secret = new URL(app.url).searchParams.get('secret') ?? '';
    const canaries = [
      'canaryphone',
      secret,
      mfaChallenge?.id ?? '',
      ...codes,
      ...codes.map((c) => c.replaceAll('-', '')),
    ];
    expect(canaries.filter((canary) => canary === '' || text.includes(canary.toLowerCase()))).toEqual([]);
  });
});
