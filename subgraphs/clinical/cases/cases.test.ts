import { newId } from '#shared/ids';
import { actorOf } from '#shared/testing';
import {
  addFindingMutation,
  caseFields,
  type CaseView,
  type Clinic,
  createCaseMutation,
  openClinic,
} from '../clinical.fixture';

let clinic: Clinic;
let permitted: { directCare: boolean; photography: boolean };
let isSupergraphDown = false;

beforeAll(async () => {
  clinic = await openClinic({
    supergraph: (_query, { patientIds }) => {
      if (isSupergraphDown) return null;
      const [patientId] = patientIds as string[];
      const answer = (isPermitted: boolean): object[] => [{ patientId, permitted: isPermitted }];
      return { directCare: answer(permitted.directCare), photography: answer(permitted.photography) };
    },
  });
});
afterAll(() => clinic.subject.stop());
beforeEach(() => {
  permitted = { directCare: true, photography: true };
  isSupergraphDown = false;
});

const submit = `mutation ($id: ID!, $ifVersion: Int!) { submitCase(id: $id, ifVersion: $ifVersion) {
  case { ${caseFields} submittedAt } userErrors { code message allowed } } }`;
const cancel = `mutation ($id: ID!, $ifVersion: Int!) { cancelCase(id: $id, ifVersion: $ifVersion, reason: "Entered twice") {
  case { ${caseFields} } userErrors { code allowed } } }`;
const communicate = `mutation ($id: ID!, $ifVersion: Int!) { communicateOutcome(id: $id, ifVersion: $ifVersion) {
  case { ${caseFields} } userErrors { code allowed } } }`;
const page = `query ($id: ID!) { case(id: $id) { referralReason referredAt outcome { management }
  findings { id label bodySite { code display } laterality changes unsuitableForAi images { id } diagnoses { id } }
  images(kind: DERMOSCOPIC) { id finding { id } } diagnoses { id }
  timeline { nodes { type from to actor { userId } } totalCount } } }`;
const list = `query ($filter: CaseFilter, $first: Int! = 20) { cases(filter: $filter, first: $first) { nodes { id } totalCount } }`;
const recordDiagnosis = `mutation ($input: RecordDiagnosisInput!) { recordDiagnosis(input: $input) {
  diagnosis { id source code { system code display } certainty recordedBy { userId } supersedes { id } } userErrors { code } } }`;

interface Submitted {
  readonly case: CaseView | null;
  readonly userErrors: { code: string; message: string; allowed: string[] | null }[];
}

test('opens as a draft with a number of its own and announces itself', async () => {
  const skinCase = await clinic.draft();
  expect(skinCase).toMatchObject({
    status: 'DRAFT',
    availableTransitions: ['AWAITING_IMAGES', 'SUBMITTED', 'CANCELLED'],
  });
  expect(skinCase.number).toMatch(/^\d{2}-[0-9A-Z]{4}-[0-9A-Z]{4}$/);
  const event = await clinic.subject.until('the event', () =>
    clinic.subject.events.find(({ resourceId }) => resourceId === skinCase.id),
  );
  expect(event).toMatchObject({ type: 'clinical.case.created', aggregate: { type: 'Case', id: skinCase.id } });
  expect(event.data).toEqual({
    patientId: skinCase.patient.id,
    caseId: skinCase.id,
    pathway: 'ROUTINE_DERMATOLOGY',
    priority: 'ROUTINE',
  });
});

test('shows its lesions, pictures and a timeline of who did what in order', async () => {
  const { id } = await clinic.ready();
  const shown = await clinic.run<
    Record<string, unknown> & { timeline: { nodes: { type: string; to: string; actor: object }[] } }
  >(clinic.doctor, page, { id });
  expect(shown).toMatchObject({
    referralReason: 'A changing mole',
    outcome: null,
    findings: [
      {
        label: 'A',
        bodySite: { code: 'UPPER_BACK', display: 'Upper back' },
        changes: ['COLOUR'],
        unsuitableForAi: [],
        images: [{}],
      },
    ],
    images: [{ finding: {} }],
  });
  expect(shown.timeline.nodes.map(({ type, to }) => `${type} ${to}`)).toEqual([
    'CREATED DRAFT',
    'FINDING_ADDED null',
    'STATUS_CHANGED AWAITING_IMAGES',
    'IMAGE_REQUESTED DERMOSCOPIC',
    'IMAGE_VERIFIED DERMOSCOPIC',
    'STATUS_CHANGED READY',
  ]);
  expect(shown.timeline.nodes.every(({ actor }) => 'userId' in actor && actor.userId === clinic.doctor.userId)).toBe(
    true,
  );
});

test('is submitted when complete and consented', async () => {
  const { id, version } = await clinic.ready();
  const { case: submitted } = await clinic.run<Submitted>(clinic.doctor, submit, { id, ifVersion: version });
  expect(submitted).toMatchObject({ status: 'SUBMITTED', submittedAt: expect.any(String) as string });
  const event = await clinic.subject.until('the event', () =>
    clinic.subject.events.find(({ type, resourceId }) => type === 'clinical.case.submitted' && resourceId === id),
  );
  expect(event.data).toMatchObject({ priority: 'ROUTINE', referrerUserId: clinic.doctor.userId });
});

test('is submitted once, even by two at the same moment', async () => {
  const { id, version } = await clinic.ready();
  const answers = await Promise.all(
    [1, 2].map(() => clinic.run<Submitted>(clinic.doctor, submit, { id, ifVersion: version })),
  );
  expect(answers.filter((answer) => answer.case !== null)).toHaveLength(1);
  expect(answers.flatMap(({ userErrors }) => userErrors.map(({ code }) => code))).toEqual(['STALE_VERSION']);
});

test('is not submitted without consent, and says for what', async () => {
  const { id, version } = await clinic.ready();
  permitted = { directCare: true, photography: false };
  const { userErrors } = await clinic.run<Submitted>(clinic.doctor, submit, { id, ifVersion: version });
  expect(userErrors[0]).toMatchObject({
    code: 'CONSENT_REQUIRED',
    message: expect.stringContaining('PHOTOGRAPHY') as string,
  });
  expect((await clinic.view(id)).status).toBe('READY');
});

test('is not submitted while consent cannot be asked', async () => {
  const { id, version } = await clinic.ready();
  isSupergraphDown = true;
  const { errors } = await clinic.subject.ask(clinic.doctor, submit, { id, ifVersion: version });
  expect(errors?.[0]?.extensions?.['code']).toBe('UPSTREAM_UNAVAILABLE');
  expect(await clinic.view(id)).toMatchObject({ status: 'READY', version });
});

test('is not submitted without findings or pictures', async () => {
  const empty = await clinic.draft();
  expect(await clinic.refusal(clinic.doctor, submit, { id: empty.id, ifVersion: empty.version })).toBe('CONFLICT');
  await clinic.finding(empty.id);
  const { version } = await clinic.view(empty.id);
  const { userErrors } = await clinic.run<Submitted>(clinic.doctor, submit, { id: empty.id, ifVersion: version });
  expect(userErrors[0]).toMatchObject({ code: 'ILLEGAL_TRANSITION', allowed: ['READY', 'CANCELLED'] });
});

test('waits for pictures again when a finding is added to a complete case', async () => {
  const { id } = await clinic.ready();
  await clinic.finding(id, 'B');
  expect((await clinic.view(id)).status).toBe('AWAITING_IMAGES');
});

test('takes findings from several at once', async () => {
  const { id } = await clinic.draft();
  await Promise.all(['A', 'B', 'C'].map((label) => clinic.finding(id, label)));
  const { findings } = await clinic.run<{ findings: unknown[] }>(clinic.doctor, page, { id });
  expect(findings).toHaveLength(3);
});

test('takes no finding once submitted, none from nowhere on the body, and each key once', async () => {
  const { id, version } = await clinic.ready();
  const input = { caseId: id, label: 'X', bodySiteCode: 'ELBOW', idempotencyKey: newId('idk') };
  expect(await clinic.refusal(clinic.doctor, addFindingMutation, { input: { ...input, bodySiteCode: 'WING' } })).toBe(
    'BAD_USER_INPUT',
  );
  await clinic.run(clinic.doctor, submit, { id, ifVersion: version });
  expect(await clinic.refusal(clinic.doctor, addFindingMutation, { input })).toBe('CONFLICT');
  const draft = await clinic.draft();
  const repeated = { ...input, caseId: draft.id };
  const ask = (): Promise<{ finding: { id: string } }> =>
    clinic.run(clinic.doctor, addFindingMutation, { input: repeated });
  expect((await ask()).finding.id).toBe((await ask()).finding.id);
});

test('is cancelled until it is decided, from the version seen, and stays so', async () => {
  const { id, version } = await clinic.draft();
  expect(await clinic.refusal(clinic.doctor, cancel, { id, ifVersion: version + 1 })).toBe('STALE_VERSION');
  const { case: cancelled } = await clinic.run<Submitted>(clinic.doctor, cancel, { id, ifVersion: version });
  expect(cancelled).toMatchObject({ status: 'CANCELLED', availableTransitions: [] });
  expect(await clinic.refusal(clinic.doctor, cancel, { id, ifVersion: version + 1 })).toBe('ILLEGAL_TRANSITION');
  const event = await clinic.subject.until('the event', () =>
    clinic.subject.events.find(({ type, resourceId }) => type === 'clinical.case.cancelled' && resourceId === id),
  );
  expect(event.data).toMatchObject({ from: 'DRAFT', reason: null });
});

test('communicates no outcome it does not have', async () => {
  const { id, version } = await clinic.draft();
  expect(await clinic.refusal(clinic.doctor, communicate, { id, ifVersion: version })).toBe('ILLEGAL_TRANSITION');
});

test('is listed by status, patient and number', async () => {
  const { id, number, patient } = await clinic.draft();
  const other = await clinic.draft(patient.id);
  const idsOf = async (filter: object): Promise<string[]> =>
    (await clinic.run<{ nodes: { id: string }[] }>(clinic.doctor, list, { filter })).nodes.map((one) => one.id);
  expect(await idsOf({ number: number.toLowerCase() })).toEqual([id]);
  expect(await idsOf({ patientId: patient.id })).toEqual([other.id, id]);
  expect(await idsOf({ patientId: patient.id, status: ['READY'] })).toEqual([]);
  const ofPatient =
    'query ($id: ID!) { patient(id: $id) { cases(first: 1) { nodes { id } totalCount pageInfo { hasNextPage } } } }';
  expect(await clinic.run(clinic.doctor, ofPatient, { id: patient.id })).toEqual({
    cases: { nodes: [{ id: other.id }], totalCount: 2, pageInfo: { hasNextPage: true } },
  });
});

test('is opened once per key and only for a patient there is', async () => {
  const input = { idempotencyKey: newId('idk'), patientId: await clinic.patient(), pathway: 'INFLAMMATORY' };
  const open = (): Promise<Submitted> => clinic.run(clinic.doctor, createCaseMutation, { input });
  expect((await open()).case?.id).toBe((await open()).case?.id);
  const changed = { input: { ...input, pathway: 'ROUTINE_DERMATOLOGY' } };
  expect(await clinic.refusal(clinic.doctor, createCaseMutation, changed)).toBe('IDEMPOTENCY_KEY_REUSED');
  const nobody = { input: { ...input, idempotencyKey: newId('idk'), patientId: newId('pat') } };
  expect(await clinic.refusal(clinic.doctor, createCaseMutation, nobody)).toBe('NOT_FOUND');
});

test('is hidden from other organisations, other patients and other scopes', async () => {
  const { id, version, patient } = await clinic.draft();
  expect(await clinic.run(clinic.stranger, page, { id })).toBeNull();
  expect(await clinic.refusal(clinic.stranger, cancel, { id, ifVersion: version })).toBe('NOT_FOUND');
  const self = (patientId: string): Promise<object | null> =>
    clinic.run(actorOf(clinic.organisation, { scopes: ['clinical:patients:self'], patientIds: [patientId] }), page, {
      id,
    });
  expect(await self(await clinic.patient())).toBeNull();
  expect(await self(patient.id)).toMatchObject({ referralReason: 'A changing mole' });
  const reader = actorOf(clinic.organisation, { scopes: ['clinical:cases:read'] });
  expect(await clinic.refusal(reader, cancel, { id, ifVersion: version })).toBe('FORBIDDEN');
});

test('keeps diagnoses side by side, with who made them', async () => {
  const { id } = await clinic.draft();
  const findingId = await clinic.finding(id);
  const input = {
    caseId: id,
    findingId,
    source: 'HUMAN',
    system: 'ICD-10',
    code: 'c43.9',
    malignancy: 'MALIGNANT',
    certainty: 'PROBABLE',
  };
  const { diagnosis } = await clinic.run<{ diagnosis: { id: string } }>(clinic.doctor, recordDiagnosis, { input });
  expect(diagnosis).toMatchObject({
    code: { code: 'C43.9', display: expect.any(String) as string },
    recordedBy: { userId: clinic.doctor.userId },
  });
  const second = { ...input, idempotencyKey: newId('idk'), supersedes: diagnosis.id, certainty: 'REFUTED' };
  expect(await clinic.run(clinic.doctor, recordDiagnosis, { input: second })).toMatchObject({
    diagnosis: { supersedes: { id: diagnosis.id } },
  });
  expect(await clinic.refusal(clinic.doctor, recordDiagnosis, { input: { ...input, source: 'AI' } })).toBe(
    'BAD_USER_INPUT',
  );
  const { diagnoses } = await clinic.run<{ diagnoses: unknown[] }>(clinic.doctor, page, { id });
  expect(diagnoses).toHaveLength(2);
});

test('answers each event of a case to those who follow it, and only to them', async () => {
  const { id } = await clinic.draft();
  const event = await clinic.subject.until('the event', () =>
    clinic.subject.events.find(({ resourceId }) => resourceId === id),
  );
  const follow = `subscription ($id: ID!) { caseChanged(id: $id) { id status } }`;
  const all = `subscription ($filter: CaseFilter) { casesChanged(filter: $filter) { id } }`;
  expect((await clinic.subject.ask(clinic.doctor, follow, { id }, event)).data).toEqual({
    caseChanged: { id, status: 'DRAFT' },
  });
  expect((await clinic.subject.ask(clinic.stranger, follow, { id }, event)).data).toEqual({ caseChanged: null });
  expect((await clinic.subject.ask(clinic.doctor, all, {}, event)).data).toEqual({ casesChanged: { id } });
  const others = { filter: { status: ['CLOSED'] } };
  expect((await clinic.subject.ask(clinic.doctor, all, others, event)).data).toEqual({ casesChanged: null });
});
