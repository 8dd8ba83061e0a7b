import fc from 'fast-check';
import { type Actor } from '#shared/auth';
import { newId } from '#shared/ids';
import { type DemoPerson } from '#shared/subgraph';
import { type AuthUnderTest, type Clinic, startAuth } from '../auth.fixture';
import { type Authenticator, movableClock, People } from '../people.fixture';
import { stepUpPurposes } from './step-up.codes';

const enrol =
  'mutation ($token: String!) { enrolTotp(label: "Phone", stepUpToken: $token) { device { id } userErrors { code } } }';
const stepUp = `mutation ($password: String, $factor: FactorInput) {
  stepUp(purpose: MANAGE_MFA, password: $password, factor: $factor) { stepUp { token expiresAt amr } userErrors { code } } }`;

describe('stepping up', () => {
  let auth: AuthUnderTest;
  let people: People;
  let clinic: Clinic;
  let doctor: DemoPerson;
  let actor: Actor;
  const wait = movableClock();

  beforeAll(async () => {
    auth = await startAuth({ LOGIN_ANSWER_MS: '100', LOGIN_MAX_FAILURES: '3' });
    people = new People(auth);
  });
  beforeEach(async () => {
    clinic = await auth.newClinic();
    ({ doctor } = clinic.people);
    actor = await people.signIn(doctor);
  });
  afterAll(async () => {
    jest.useRealTimers();
    await auth.stop();
  });

  test('says how and until when, and serves once, also when it is used twice at once', async () => {
    const { stepUp: payload } = await people.ask<{ stepUp: { stepUp: { token: string; amr: string[] } } }>(
      actor,
      stepUp,
      {
        password: doctor.password,
      },
    );
    expect(payload.stepUp.amr).toEqual(['pwd']);
    const { token } = payload.stepUp;
    const used = await Promise.all([1, 2, 3].map(() => people.refusal(actor, enrol, { token })));
    expect(used.filter((code) => code === null)).toHaveLength(1);
    expect(used.filter((code) => code === 'STEP_UP_REQUIRED')).toHaveLength(2);
  });

  test('is for one person, one purpose and five minutes', async () => {
    const proof = { password: doctor.password };
    const forOther = await people.stepUp(actor, 'BREAK_GLASS', proof);
    expect(await people.refusal(actor, enrol, { token: forOther })).toBe('STEP_UP_REQUIRED');
    const token = await people.stepUp(actor, 'MANAGE_MFA', proof);
    const admin = await people.signIn(clinic.people.admin);
    expect(await people.refusal(admin, enrol, { token })).toBe('STEP_UP_REQUIRED');
    wait(301_000);
    expect(await people.refusal({ ...actor, expiresAt: new Date(Date.now() + 1_000) }, enrol, { token })).toBe(
      'STEP_UP_REQUIRED',
    );
  });

  test('asks for the second factor of whoever has one; the password alone does not do', async () => {
    const { app } = await enrolled();
    expect(await people.refusal(actor, stepUp, { password: doctor.password })).toBe('INVALID_CREDENTIALS');
    wait(30_000);
    const { stepUp: payload } = await people.ask<{ stepUp: { stepUp: { amr: string[] } } }>(actor, stepUp, {
      ...{ password: doctor.password, factor: { kind: 'TOTP', code: app.code() } },
    });
    expect(payload.stepUp.amr).toEqual(['pwd', 'otp', 'mfa']);
    wait(30_000);
    const wrongPassword = { password: 'wrong', factor: { kind: 'TOTP', code: app.code() } };
    expect(await people.refusal(actor, stepUp, wrongPassword)).toBe('INVALID_CREDENTIALS');
  });

  test('locks the account after too many wrong answers, so that a stolen token guesses no password', async () => {
    const guesses = await Promise.all([1, 2, 3].map(() => people.refusal(actor, stepUp, { password: 'guess' })));
    expect(guesses).toEqual(Array(3).fill('INVALID_CREDENTIALS'));
    expect(await people.refusal(actor, stepUp, { password: doctor.password })).toBe('INVALID_CREDENTIALS');
    expect((await people.login(doctor)).userErrors).toMatchObject([{ code: 'INVALID_CREDENTIALS' }]);
  });

  test('is for people who are signed in', async () => {
    expect(await people.refusal(null, stepUp, { password: 'x' })).toBe('UNAUTHENTICATED');
    const client: Actor = { ...actor, kind: 'client', userId: null, subject: newId('cli') };
    expect(await people.refusal(client, stepUp, { password: 'x' })).toBe('FORBIDDEN');
    expect(await people.refusal(actor, stepUp)).toBe('INVALID_CREDENTIALS');
  });

  test('no proof opens what it was not given for (property)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...stepUpPurposes), fc.nat(600), fc.boolean(), async (purpose, age, isOwn) => {
        const owner = await people.signIn(doctor);
        const other = await people.signIn(clinic.people.admin);
        const token = await people.stepUp(owner, purpose, { password: doctor.password });
        wait(age * 1_000);
        const isGood = purpose === 'MANAGE_MFA' && age < 300 && isOwn;
        const answer = await people.refusal(isOwn ? owner : other, enrol, { token });
        expect(answer === null).toBe(isGood);
      }),
      { numRuns: 20 },
    );
  });

  async function enrolled(): Promise<{ app: Authenticator }> {
    const token = await people.stepUp(actor, 'MANAGE_MFA', { password: doctor.password });
    return people.enrol(actor, token);
  }
});
