import { type Actor } from '#shared/auth';
import { newId } from '#shared/ids';
import { actorOf } from '#shared/testing';
import { type AuthUnderTest, type Clinic, startAuth } from '../auth.fixture';
import { People } from '../people.fixture';

const link = `mutation ($userId: ID!, $patientId: ID!, $until: DateTime) {
  linkPatient(userId: $userId, patientId: $patientId, relationship: GUARDIAN, validUntil: $until) { link { patientId relationship validUntil } userErrors { code } } }`;
const unlink =
  'mutation ($userId: ID!, $patientId: ID!, $reason: String!) { unlinkPatient(userId: $userId, patientId: $patientId, reason: $reason) { user { id } userErrors { code } } }';

describe('guardians', () => {
  let auth: AuthUnderTest;
  let people: People;
  let clinic: Clinic;
  let staff: Actor;
  let guardian: { email: string; password: string };
  let userId: string;
  let patientId: string;

  beforeAll(async () => {
    auth = await startAuth({ LOGIN_ANSWER_MS: '100' });
    people = new People(auth);
    clinic = await auth.newClinic();
    staff = actorOf(clinic.organisation, { scopes: ['auth:users:write', 'auth:users:read'] });
  });
  beforeEach(async () => {
    guardian = { email: `canary.${newId('idk')}@home.example`, password: 'a temporary one' };
    patientId = newId('pat');
    userId = await people.invite(staff, guardian.email, { roles: ['PATIENT'], temporaryPassword: guardian.password });
  });
  afterAll(() => auth.stop());

  test('act for a patient from their next token on, and no longer than they may', async () => {
    expect((await people.signIn(guardian)).patientIds).toEqual([]);
    expect(await people.refusal(staff, link, { userId, patientId })).toBeNull();
    const actor = await people.signIn(guardian);
    expect(actor.patientIds).toEqual([patientId]);
    expect(await people.refusal(staff, link, { userId, patientId })).toBe('CONFLICT');
    expect(await people.refusal(staff, unlink, { userId, patientId, reason: 'OF_AGE' })).toBeNull();
    expect((await people.signIn(guardian)).patientIds).toEqual([]);
    expect(await people.refusal(staff, unlink, { userId, patientId, reason: 'OF_AGE' })).toBe('CONFLICT');
    const { me } = await people.ask<{ me: { patientLinks: object[] } }>(
      actor,
      '{ me { patientLinks { patientId relationship endReason } } }',
    );
    expect(me.patientLinks).toEqual([{ patientId, relationship: 'GUARDIAN', endReason: 'OF_AGE' }]);
    const rows = await auth.subject.running.database.system.query<object[]>('SELECT * FROM revocations');
    expect(rows.filter((row) => Object.values(row).includes(userId))).toHaveLength(2);
  });

  test('lose the right by themselves when its time has come', async () => {
    const until = new Date(Date.now() + 1_500).toISOString();
    expect(await people.refusal(staff, link, { userId, patientId, until })).toBeNull();
    expect((await people.signIn(guardian)).patientIds).toEqual([patientId]);
    await auth.subject.until('the end', async () => (await people.signIn(guardian)).patientIds.length === 0);
    const query = 'query ($id: ID!) { user(id: $id) { patientLinks { endReason } } }';
    expect(await people.ask(staff, query, { id: userId })).toEqual({
      user: { patientLinks: [{ endReason: 'EXPIRED' }] },
    });
  });

  test('are made by those who may change the account, with codes and days that make sense', async () => {
    const { doctor } = clinic.people;
    expect(await people.refusal(staff, link, { userId: doctor.userId, patientId })).toBe('FORBIDDEN');
    expect(await people.refusal({ ...staff, userId }, link, { userId, patientId })).toBe('FORBIDDEN');
    const past = new Date(Date.now() - 1_000).toISOString();
    expect(await people.refusal(staff, link, { userId, patientId, until: past })).toBe('BAD_USER_INPUT');
    expect(await people.refusal(staff, link, { userId, patientId: newId('org') })).toBe('INVALID_ID');
    expect(await people.refusal(staff, unlink, { userId, patientId, reason: 'She said so' })).toBe('BAD_USER_INPUT');
    const stranger = { ...staff, ...(await auth.newClinic()).organisation };
    expect(await people.refusal(stranger, link, { userId, patientId })).toBe('NOT_FOUND');
  });
});
