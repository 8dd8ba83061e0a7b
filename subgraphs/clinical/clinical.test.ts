import { newId } from '#shared/ids';
import { actorOf, describeContract } from '#shared/testing';
import { clinical } from '.';
import { type Clinic, createCaseMutation, createPatientMutation, openClinic, someone } from './clinical.fixture';

describeContract(clinical);

describe('patients', () => {
  let clinic: Clinic;
  beforeAll(async () => {
    clinic = await openClinic();
  });
  afterAll(() => clinic.subject.stop());

  const identityQuery = `query ($id: ID!) { patient(id: $id) {
    version status organisation { id } identity { givenName familyName birthDate email mrn address { line1 country } }
    demographics { ageYears sexAtBirth fitzpatrick } heightCm weightKg bmi } }`;
  const search = `query ($filter: PatientFilter, $first: Int! = 20, $after: String) {
    patients(filter: $filter, first: $first, after: $after) { nodes { id } totalCount pageInfo { hasNextPage endCursor } } }`;
  const update = `mutation ($input: UpdatePatientInput!) { updatePatient(input: $input) { patient { id version } userErrors { code } } }`;
  const found = async (filter: object): Promise<string[]> => {
    const { nodes } = await clinic.run<{ nodes: { id: string }[] }>(clinic.doctor, search, { filter });
    return nodes.map(({ id }) => id);
  };

  test('are registered, read back and announced without who they are', async () => {
    const { patient } = await clinic.run<{ patient: { id: string } }>(clinic.doctor, createPatientMutation, {
      input: {
        idempotencyKey: newId('idk'),
        identity: {
          ...someone,
          mrn: 'mrn-1',
          email: 'Elin@Mail.example',
          addressLine1: '1 Elm Road',
          city: 'Leeds',
          country: 'GB',
        },
        ...{ sexAtBirth: 'FEMALE', fitzpatrick: 'II', heightCm: 170, weightKg: 65 },
      },
    });
    const read = await clinic.run<Record<string, unknown>>(clinic.doctor, identityQuery, { id: patient.id });
    expect(read).toMatchObject({
      status: 'ACTIVE',
      identity: { givenName: 'Elin', email: 'Elin@Mail.example', address: { line1: '1 Elm Road', country: 'GB' } },
      demographics: { ageYears: expect.any(Number) as number, sexAtBirth: 'FEMALE', fitzpatrick: 'II' },
      bmi: 22.5,
    });
    const event = await clinic.subject.until('the event', () =>
      clinic.subject.events.find(
        ({ type, resourceId }) => type === 'clinical.patient.created' && resourceId === patient.id,
      ),
    );
    expect(event.data).toEqual({ patientId: patient.id });
  });

  test('are found by beginnings of names, record number, e-mail and birth date, together and apart', async () => {
    const id = await clinic.patient({
      givenName: 'Björk',
      familyName: 'Zarathustra',
      mrn: 'ZZ 9',
      email: 'bz@mail.example',
      birthDate: '1950-05-05',
    });
    await clinic.patient({ givenName: 'Bjorn', familyName: 'Zellweger', birthDate: '1950-05-05' });
    expect(await found({ text: 'zarath' })).toEqual([id]);
    expect(await found({ text: 'bjo zar' })).toEqual([id]);
    expect(await found({ mrn: 'zz 9' })).toEqual([id]);
    expect(await found({ email: 'BZ@mail.example' })).toEqual([id]);
    expect(await found({ birthDate: '1950-05-05' })).toHaveLength(2);
    expect(await found({ birthDate: '1950-05-05', text: 'zar' })).toEqual([id]);
    expect(await found({ text: 'nobody' })).toEqual([]);
  });

  test('are paged without gaps, and cursors do not fit another search', async () => {
    for (const givenName of ['Paged', 'Pagedine', 'Pagedor']) await clinic.patient({ givenName });
    interface Page {
      nodes: { id: string }[];
      totalCount: number;
      pageInfo: { hasNextPage: boolean; endCursor: string };
    }
    const first = await clinic.run<Page>(clinic.doctor, search, { filter: { text: 'paged' }, first: 2 });
    expect(first).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true } });
    const after = first.pageInfo.endCursor;
    const second = await clinic.run<Page>(clinic.doctor, search, { filter: { text: 'paged' }, first: 2, after });
    expect(second.nodes).toHaveLength(1);
    expect(new Set([...first.nodes, ...second.nodes].map(({ id }) => id)).size).toBe(3);
    expect(await clinic.refusal(clinic.doctor, search, { filter: { text: 'pagedi' }, after })).toBe('BAD_USER_INPUT');
  });

  test('are found by a new name and no longer by the old one', async () => {
    const id = await clinic.patient({ familyName: 'Beforename' });
    const input = { id, ifVersion: 1, identity: { ...someone, familyName: 'Aftername' }, weightKg: 70 };
    expect(await clinic.refusal(clinic.doctor, update, { input })).toBeNull();
    expect(await found({ text: 'aftern' })).toEqual([id]);
    expect(await found({ text: 'beforen' })).toEqual([]);
    expect(await clinic.run(clinic.doctor, identityQuery, { id })).toMatchObject({
      version: 2,
      weightKg: 70,
      demographics: { sexAtBirth: 'FEMALE' },
    });
  });

  test('are not changed from a stale version', async () => {
    const id = await clinic.patient();
    expect(await clinic.refusal(clinic.doctor, update, { input: { id, ifVersion: 7, weightKg: 70 } })).toBe(
      'STALE_VERSION',
    );
  });

  test('keep their record number to themselves', async () => {
    await clinic.patient({ mrn: 'ONLY-1' });
    const input = { idempotencyKey: newId('idk'), identity: { ...someone, mrn: 'only-1' } };
    expect(await clinic.refusal(clinic.doctor, createPatientMutation, { input })).toBe('CONFLICT');
  });

  test('are registered once per idempotency key, also by two at once', async () => {
    const input = { idempotencyKey: newId('idk'), identity: { ...someone, familyName: 'Onceonly' } };
    const answers = await Promise.all(
      [1, 2, 3].map(() => clinic.run<{ patient: { id: string } }>(clinic.doctor, createPatientMutation, { input })),
    );
    expect(new Set(answers.map(({ patient }) => patient.id)).size).toBe(1);
    expect(await found({ text: 'onceonly' })).toHaveLength(1);
    const other = { input: { ...input, identity: someone } };
    expect(await clinic.refusal(clinic.doctor, createPatientMutation, other)).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  test('from the future, with malformed addresses or impossible measures are refused', async () => {
    for (const wrong of [
      { identity: { ...someone, birthDate: '2999-01-01' } },
      { identity: { ...someone, email: 'no' } },
      { heightCm: 3 },
    ]) {
      const input = { idempotencyKey: newId('idk'), identity: someone, ...wrong };
      expect(await clinic.refusal(clinic.doctor, createPatientMutation, { input })).toBe('BAD_USER_INPUT');
    }
  });

  test('of another organisation do not exist', async () => {
    const id = await clinic.patient({ familyName: 'Hidden' });
    expect(await clinic.run(clinic.stranger, identityQuery, { id })).toBeNull();
    const { nodes } = await clinic.run<{ nodes: unknown[] }>(clinic.stranger, search, { filter: { text: 'hidden' } });
    expect(nodes).toEqual([]);
    const input = { idempotencyKey: newId('idk'), patientId: id, pathway: 'ROUTINE_DERMATOLOGY' };
    expect(await clinic.refusal(clinic.stranger, createCaseMutation, { input })).toBe('NOT_FOUND');
  });

  test('see their own record and nobody else’s', async () => {
    const [own, other] = [await clinic.patient({ givenName: 'Ownself' }), await clinic.patient()];
    const self = actorOf(clinic.organisation, { scopes: ['clinical:patients:self'], patientIds: [own] });
    const mine = await clinic.run<{ id: string; identity: { givenName: string } }[]>(
      self,
      '{ myPatients { id identity { givenName } } }',
    );
    expect(mine).toEqual([{ id: own, identity: { givenName: 'Ownself' } }]);
    expect(await clinic.run(self, identityQuery, { id: other })).toBeNull();
    expect(await clinic.refusal(self, search)).toBe('FORBIDDEN');
  });

  test('are not shown to callers without a clinical scope', async () => {
    const id = await clinic.patient();
    const billing = actorOf(clinic.organisation, { scopes: ['payments:invoices:read'] });
    expect(await clinic.run(billing, 'query ($id: ID!) { patient(id: $id) { status } }', { id })).toBeNull();
    expect(await clinic.refusal(billing, identityQuery, { id })).toBe('FORBIDDEN');
    expect(await clinic.refusal(null, identityQuery, { id })).toBe('UNAUTHENTICATED');
  });

  test('are never meant by the id of something else', async () => {
    expect(await clinic.refusal(clinic.doctor, identityQuery, { id: newId('case') })).toBe('INVALID_ID');
  });
});
