import { type Actor } from '#shared/auth';
import { newId } from '#shared/ids';
import { actorOf } from '#shared/testing';
import { type AuthUnderTest, type Clinic, startAuth } from '../auth.fixture';
import { Organisation } from '../organisations/organisation.entity';
import { movableClock, People } from '../people.fixture';
import { Revocation } from '../revocations/revocation.entity';

const fields =
  'id status reason justification startedAt expiresAt endedAt reviewDueAt reviewedBy { id } patient { id }';
const breakIt = `mutation($patientId: ID!, $token: String!, $why: String = "Unconscious in the emergency room") {
  breakGlass(patientId: $patientId, reason: EMERGENCY_TREATMENT, justification: $why, stepUpToken: $token) {
    grant { ${fields} } token { accessToken expiresInSeconds } userErrors { code path } } }`;
const end = `mutation($id: ID!) { endBreakGlass(id: $id) { grant { ${fields} } userErrors { code } } }`;
const review = `mutation($id: ID!, $outcome: BreakGlassOutcome!, $note: String = "Talked to the doctor") {
  reviewBreakGlass(id: $id, outcome: $outcome, note: $note) { grant { ${fields} } userErrors { code } } }`;
const queue = '{ breakGlassReviewQueue { id status } }';

interface Grant {
  readonly id: string;
  readonly status: string;
  readonly startedAt: string;
  readonly expiresAt: string;
  readonly reviewDueAt: string;
}

interface Broken {
  readonly breakGlass: { readonly grant: Grant; readonly token: { accessToken: string; expiresInSeconds: number } };
}

describe('break-glass', () => {
  let auth: AuthUnderTest;
  let people: People;
  let clinic: Clinic;
  let doctor: Actor;
  let officer: Actor;
  let patientId: string;
  const wait = movableClock();

  beforeAll(async () => {
    auth = await startAuth({ LOGIN_ANSWER_MS: '100' });
    people = new People(auth);
  });
  beforeEach(async () => {
    clinic = await auth.newClinic();
    doctor = await people.signIn(clinic.people.doctor);
    officer = actorOf(clinic.organisation, {
      scopes: ['auth:breakglass:review', 'auth:breakglass:read', 'auth:users:self'],
    });
    patientId = newId('pat');
  });
  afterAll(async () => {
    jest.useRealTimers();
    await auth.stop();
  });

  const stepUp = (): Promise<string> =>
    people.stepUp(doctor, 'BREAK_GLASS', { password: clinic.people.doctor.password });

  async function broken(): Promise<Broken['breakGlass']> {
    return (await people.ask<Broken>(doctor, breakIt, { patientId, token: await stepUp() })).breakGlass;
  }

  const eventOf = (type: string): Promise<Record<string, unknown>> =>
    auth.subject.until(type, () => {
      const found = auth.subject.events.find((one) => one.type === type && one.data['patientId'] === patientId);
      return found?.data;
    });

  test('gives a token for one patient and one hour, marked with the grant, and tells of it without saying why', async () => {
    const { grant, token } = await broken();
    expect(grant).toMatchObject({ status: 'ACTIVE', reason: 'EMERGENCY_TREATMENT', patient: { id: patientId } });
    expect(Date.parse(grant.expiresAt) - Date.parse(grant.startedAt)).toBe(3_600_000);
    expect(Date.parse(grant.reviewDueAt) - Date.parse(grant.startedAt)).toBe(72 * 3_600_000);
    expect(token.expiresInSeconds).toBeLessThanOrEqual(3_600);
    const actor = await auth.verify(token.accessToken);
    expect(actor).toMatchObject({ breakGlassGrantId: grant.id, breakGlassPatientId: patientId, userId: doctor.userId });
    expect([...actor.scopes].every((scope) => doctor.scopes.has(scope))).toBe(true);
    const data = { grantId: grant.id, patientId, userId: doctor.userId, reason: 'EMERGENCY_TREATMENT' };
    expect(await eventOf('auth.break_glass.started')).toEqual(data);
  });

  test('wants a proof of who it is, for this act, once', async () => {
    const forOther = await people.stepUp(doctor, 'MANAGE_MFA', { password: clinic.people.doctor.password });
    for (const token of ['', 'none', forOther]) {
      expect(await people.refusal(doctor, breakIt, { patientId, token })).toBe('STEP_UP_REQUIRED');
    }
    const token = await stepUp();
    expect(await people.refusal(doctor, breakIt, { patientId, token })).toBeNull();
    expect(await people.refusal(doctor, breakIt, { patientId: newId('pat'), token })).toBe('STEP_UP_REQUIRED');
  });

  test('wants to be told why, in words of some length, and a patient', async () => {
    const token = await stepUp();
    for (const why of ['', '   short ', 'a'.repeat(2_001)]) {
      expect(await people.refusal(doctor, breakIt, { patientId, token, why })).toBe('BAD_USER_INPUT');
    }
    expect(await people.refusal(doctor, breakIt, { patientId: newId('case'), token })).toBe('INVALID_ID');
  });

  test('is for people in their own name who may, and not from within another grant', async () => {
    const token = await stepUp();
    const refusal = (actor: Actor): Promise<string | null> => people.refusal(actor, breakIt, { patientId, token });
    const scopes = ['auth:breakglass:use'] as const;
    expect(await refusal({ ...doctor, scopes: new Set(['clinical:patients:read']) })).toBe('FORBIDDEN');
    expect(await refusal({ ...doctor, act: { subject: 'cli_1', clientId: 'cli_1' } })).toBe('FORBIDDEN');
    expect(await refusal({ ...doctor, breakGlassGrantId: newId('bgg') })).toBe('FORBIDDEN');
    expect(await refusal({ ...actorOf(clinic.organisation, { scopes }), kind: 'client', userId: null })).toBe(
      'FORBIDDEN',
    );
    expect(await refusal(actorOf(clinic.organisation, { scopes }))).toBe('FORBIDDEN');
    expect(await refusal(doctor)).toBeNull();
  });

  test('is refused where the organisation has switched it off', async () => {
    const { organisationId } = clinic.organisation;
    const rows = auth.subject.running.system.source.getRepository(Organisation);
    await rows.update({ organisationId }, { breakGlassEnabled: false });
    expect(await people.refusal(doctor, breakIt, { patientId, token: await stepUp() })).toBe('FORBIDDEN');
  });

  test('lasts once at a time for a person and a patient, also for two who begin at once', async () => {
    const tokens = [await stepUp(), await stepUp(), await stepUp()];
    const codes = await Promise.all(tokens.map((token) => people.refusal(doctor, breakIt, { patientId, token })));
    expect(codes.filter((code) => code === null)).toHaveLength(1);
    expect(codes.filter((code) => code === 'CONFLICT')).toHaveLength(2);
  });

  test('ends when it is ended, and its token with it; then it can be broken again', async () => {
    const { grant, token } = await broken();
    const ended = await people.ask<{ endBreakGlass: { grant: Grant } }>(doctor, end, { id: grant.id });
    expect(ended.endBreakGlass.grant).toMatchObject({ status: 'ENDED', endedAt: expect.any(String) as string });
    const actor = await auth.verify(token.accessToken);
    const revocations = auth.subject.running.system.source.getRepository(Revocation);
    expect(await revocations.countBy({ kind: 'TOKEN', key: actor.token?.id ?? '' })).toBe(1);
    expect(await eventOf('auth.break_glass.ended')).toMatchObject({ how: 'ENDED' });
    expect(await people.refusal(doctor, end, { id: grant.id })).toBe('ILLEGAL_TRANSITION');
    await broken();
  });

  test('ends by itself after an hour', async () => {
    const { grant } = await broken();
    wait(3_600_000);
    const data = await eventOf('auth.break_glass.ended');
    expect(data).toMatchObject({ grantId: grant.id, how: 'EXPIRED' });
  });

  test('is reviewed afterwards, by somebody else, once', async () => {
    const { grant } = await broken();
    const { id } = grant;
    expect(await people.refusal(officer, review, { id, outcome: 'JUSTIFIED' })).toBe('ILLEGAL_TRANSITION');
    await people.ask(doctor, end, { id });
    const self = { ...doctor, scopes: officer.scopes };
    expect(await people.refusal(self, review, { id, outcome: 'JUSTIFIED' })).toBe('FORBIDDEN');
    expect(await people.refusal(officer, review, { id, outcome: 'MISUSE', note: 'no' })).toBe('BAD_USER_INPUT');
    expect(await people.ask(officer, queue)).toEqual({ breakGlassReviewQueue: [{ id, status: 'ENDED' }] });
    const outcomes = await Promise.all(
      ['JUSTIFIED', 'MISUSE'].map((outcome) => people.refusal(officer, review, { id, outcome })),
    );
    expect(outcomes.filter((code) => code === null)).toHaveLength(1);
    expect(await people.ask(officer, queue)).toEqual({ breakGlassReviewQueue: [] });
    expect(await eventOf('auth.break_glass.reviewed')).toMatchObject({ grantId: id });
    expect(await people.refusal(officer, review, { id, outcome: 'MISUSE' })).toBe('ILLEGAL_TRANSITION');
  });

  test('is escalated once when nobody has reviewed it within 72 hours', async () => {
    const { grant } = await broken();
    wait(72 * 3_600_000);
    expect(await eventOf('auth.break_glass.review_overdue')).toMatchObject({ grantId: grant.id });
    await eventOf('auth.break_glass.ended');
    const told = auth.subject.events.filter(
      ({ type, data }) => type === 'auth.break_glass.review_overdue' && data['grantId'] === grant.id,
    );
    expect(told).toHaveLength(1);
  });

  test('is seen by the patient and by reviewers, by no colleague and by no other organisation', async () => {
    const { grant } = await broken();
    const query = `query($id: ID!) { _entities(representations: [{ __typename: "Patient", id: $id }]) {
      ... on Patient { breakGlassGrants { id justification } } } }`;
    const seenBy = async (actor: Actor): Promise<unknown> => {
      const { data, errors } = await auth.subject.ask(actor, query, { id: patientId });
      return (
        errors?.[0]?.extensions?.['code'] ??
        (data as { _entities: [{ breakGlassGrants: Grant[] }] })._entities[0].breakGlassGrants.map(({ id }) => id)
      );
    };
    const self = actorOf(clinic.organisation, { scopes: ['auth:accesslog:self'], patientIds: [patientId] });
    expect(await seenBy(self)).toEqual([grant.id]);
    expect(await seenBy(officer)).toEqual([grant.id]);
    expect(await seenBy({ ...self, patientIds: [newId('pat')] })).toEqual([]);
    expect(await seenBy(actorOf(clinic.organisation, { scopes: ['auth:breakglass:use'] }))).toBe('FORBIDDEN');
    const stranger = { ...officer, ...(await auth.newClinic()).organisation };
    expect(await seenBy(stranger)).toEqual([]);
    expect(await people.refusal(stranger, end, { id: grant.id })).toBe('NOT_FOUND');
    expect(await people.refusal(stranger, review, { id: grant.id, outcome: 'MISUSE' })).toBe('NOT_FOUND');
  });
});
