import { type Actor } from '#shared/auth';
import { newId } from '#shared/ids';
import { actorOf } from '#shared/testing';
import { type CaseView, type Clinic, openClinic } from '../clinical.fixture';

const restrict = `mutation($id: ID!, $team: [ID!]!) {
  restrictRecord(patientId: $id, careTeam: $team) { patient { id isRestricted } userErrors { code path } } }`;
const lift =
  'mutation($id: ID!) { liftRestriction(patientId: $id) { patient { id isRestricted } userErrors { code } } }';

describe('a restricted record', () => {
  let clinic: Clinic;
  let colleague: Actor;
  let theCase: CaseView;
  let patientId: string;

  beforeAll(async () => {
    clinic = await openClinic();
    colleague = { ...actorOf(clinic.organisation, { scopes: [...clinic.doctor.scopes] }) };
  });
  beforeEach(async () => {
    theCase = await clinic.ready();
    patientId = theCase.patient.id;
    await clinic.run(clinic.doctor, restrict, { id: patientId, team: [] });
  });
  afterAll(() => clinic.subject.stop());

  /** What somebody finds of it, on every way that staff have. */
  async function seenBy(actor: Actor): Promise<Record<string, unknown>> {
    const query = `query($patientId: ID!, $caseId: ID!) {
      patient(id: $patientId) { id }
      patients(first: 100) { nodes { id } totalCount }
      case(id: $caseId) { id findings { images { id } } }
      cases(first: 100, filter: { patientId: $patientId }) { nodes { id } totalCount } }`;
    const { data, errors } = await clinic.subject.ask(actor, query, { patientId, caseId: theCase.id });
    expect(errors).toBeUndefined();
    const found = data as {
      patient: { id: string } | null;
      patients: { nodes: { id: string }[]; totalCount: number };
      case: { findings: { images: unknown[] }[] } | null;
      cases: { nodes: unknown[]; totalCount: number };
    };
    expect(found.patients.totalCount).toBe(found.patients.nodes.length);
    return {
      patient: found.patient !== null,
      listed: found.patients.nodes.some(({ id }) => id === patientId),
      case: found.case !== null,
      images: found.case?.findings[0]?.images.length ?? 0,
      cases: found.cases.totalCount,
    };
  }

  const everything = { patient: true, listed: true, case: true, images: 1, cases: 1 };
  const nothing = { patient: false, listed: false, case: false, images: 0, cases: 0 };

  test('is closed to colleagues and open to the care team and the patient', async () => {
    expect(await seenBy(clinic.doctor)).toEqual(everything);
    expect(await seenBy(colleague)).toEqual(nothing);
    await clinic.run(clinic.doctor, restrict, { id: patientId, team: [colleague.userId] });
    expect(await seenBy(colleague)).toEqual(everything);
    const patient = actorOf(clinic.organisation, { scopes: ['clinical:patients:self'], patientIds: [patientId] });
    const { data } = await clinic.subject.ask(patient, 'query($id: ID!) { patient(id: $id) { id isRestricted } }', {
      id: patientId,
    });
    expect(data).toEqual({ patient: { id: patientId, isRestricted: true } });
  });

  test('is closed to programs of the organisation', async () => {
    expect(await seenBy({ ...colleague, kind: 'client', userId: null })).toEqual(nothing);
  });

  test('cannot be changed by whom it is closed to', async () => {
    const open = 'mutation($input: UpdatePatientInput!) { updatePatient(input: $input) { userErrors { code } } }';
    const input = { id: patientId, ifVersion: 1, heightCm: 170 };
    expect(await clinic.refusal(colleague, open, { input })).toBe('NOT_FOUND');
    expect(await clinic.refusal(colleague, restrict, { id: patientId, team: [] })).toBe('NOT_FOUND');
    expect(await clinic.refusal(colleague, lift, { id: patientId })).toBe('NOT_FOUND');
    expect(await clinic.refusal(clinic.doctor, open, { input })).toBeNull();
  });

  test('is opened by break-glass, and nothing else is, with the same rights and no more', async () => {
    const other = await clinic.ready();
    const underGlass = { ...colleague, breakGlassGrantId: newId('bgg'), breakGlassPatientId: patientId };
    expect(await seenBy(underGlass)).toEqual(everything);
    const ids = 'query($id: ID!) { case(id: $id) { id } patients(first: 100) { nodes { id } } }';
    const { data } = await clinic.subject.ask(underGlass, ids, { id: other.id });
    expect(data).toEqual({ case: null, patients: { nodes: [{ id: patientId }] } });
    expect(await clinic.refusal(underGlass, lift, { id: patientId })).toBe('FORBIDDEN');
    expect(await clinic.refusal(underGlass, restrict, { id: patientId, team: [] })).toBe('FORBIDDEN');
    const { breakGlassPatientId: _patient, ...without } = underGlass;
    expect(await seenBy(without)).toEqual(nothing);
    const fewer = { ...underGlass, scopes: new Set<never>() };
    expect(await clinic.refusal(fewer, '{ patients { nodes { id } } }')).toBe('FORBIDDEN');
  });

  test('is open to all staff again when it is lifted, and others were never closed', async () => {
    const other = await clinic.ready();
    expect(
      (await clinic.subject.ask(colleague, 'query($id: ID!) { case(id: $id) { id } }', { id: other.id })).data,
    ).toEqual({
      case: { id: other.id },
    });
    await clinic.run(clinic.doctor, lift, { id: patientId });
    expect(await seenBy(colleague)).toEqual(everything);
    expect(await clinic.refusal(clinic.doctor, lift, { id: patientId })).toBeNull();
  });

  test('names its care team once, whoever asks twice at the same time', async () => {
    const codes = await Promise.all(
      [1, 2].map(() => clinic.refusal(clinic.doctor, restrict, { id: patientId, team: [colleague.userId] })),
    );
    expect(codes.every((code) => code === null || code === 'CONFLICT')).toBe(true);
    expect(await seenBy(colleague)).toEqual(everything);
  });

  test('is no concern of another organisation', async () => {
    expect(await clinic.refusal(clinic.stranger, lift, { id: patientId })).toBe('NOT_FOUND');
    expect(await clinic.refusal(clinic.stranger, restrict, { id: patientId, team: [] })).toBe('NOT_FOUND');
    const wrong = { id: patientId, team: [newId('cli')] };
    expect(await clinic.refusal(clinic.doctor, restrict, wrong)).toBe('INVALID_ID');
  });
});
