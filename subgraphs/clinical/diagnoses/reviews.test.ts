import { type EventDataOf, type EventType } from '#shared/events';
import { newId } from '#shared/ids';
import { type CaseView, type Clinic, openClinic } from '../clinical.fixture';

let clinic: Clinic;
const reviews = new Map<string, unknown>();
let failures = 0;

beforeAll(async () => {
  clinic = await openClinic({
    environment: { CLINICAL_IMPORT_LEASE_MS: '300', CLINICAL_IMPORT_RETRY_MS: '20' },
    supergraph: (query, variables) => {
      const { patientIds, id } = variables as { patientIds?: string[]; id?: string };
      if (patientIds) {
        const decisions = patientIds.map((patientId) => ({ patientId, permitted: true }));
        return { directCare: decisions, photography: decisions };
      }
      if (failures-- > 0) return null;
      const review = reviews.get(String(id)) ?? null;
      return query.includes('aiReview') ? { aiReview: review } : { humanReview: review };
    },
  });
});
afterAll(() => clinic.subject.stop());
beforeEach(() => {
  failures = 0;
});

const submit = `mutation ($id: ID!, $ifVersion: Int!) { submitCase(id: $id, ifVersion: $ifVersion) { case { id } userErrors { code } } }`;
const page = `query ($id: ID!) { case(id: $id) { status version findings { id } outcome { management decidedBy }
  diagnoses { source class malignancy certainty confidence code { system code } finding { id } recordedBy { displayName } }
  timeline(first: 50) { nodes { type from to } } } }`;

interface Page {
  readonly status: string;
  readonly version: number;
  readonly findings: readonly { id: string }[];
  readonly outcome: object | null;
  readonly diagnoses: readonly { source: string; finding: object | null }[];
  readonly timeline: { readonly nodes: readonly { type: string; to: string }[] };
}
const read = (id: string): Promise<Page> => clinic.run(clinic.doctor, page, { id });

async function submitted(): Promise<CaseView> {
  const { id, version } = await clinic.ready();
  expect(await clinic.refusal(clinic.doctor, submit, { id, ifVersion: version })).toBeNull();
  return clinic.view(id);
}

// eslint-disable-next-line @typescript-eslint/max-params -- tell this, of that case, with these facts, as this event
async function tell<T extends EventType>(
  type: T,
  skinCase: CaseView,
  data: Omit<EventDataOf<T>, 'patientId' | 'caseId'>,
  id = newId('evt'),
): Promise<void> {
  const { organisation, subject } = clinic;
  const whole = { patientId: skinCase.patient.id, caseId: skinCase.id, ...data } as unknown as EventDataOf<T>;
  const aggregate = { type: 'Case', id: skinCase.id };
  await subject.deliver(type, { organisation, resourceId: skinCase.id, aggregate, data: whole, id });
}

const started = (hasAiStep: boolean): Omit<EventDataOf<'reviews.workflow.started'>, 'patientId' | 'caseId'> => ({
  ...{ workflowId: newId('wfi'), definition: 'STANDARD', hasAiStep, hasHumanStep: true },
});
const queued = { reviewId: newId('rev'), queueKey: 'DERMATOLOGY', priority: 'ROUTINE', dueAt: null };
const final = {
  management: 'BIOPSY',
  decidedBy: 'HUMAN',
  overallClass: 'MELANOMA',
  malignancy: 'MALIGNANT',
  aiReviewId: null,
} as const;
const completed = { overallClass: 'MELANOMA', malignancy: 'MALIGNANT', management: 'URGENT_REFERRAL' } as const;

async function humanReviewOf(skinCase: CaseView): Promise<string> {
  const reviewId = newId('rev');
  const [finding] = (await read(skinCase.id)).findings;
  const code = { system: 'ICD-10', code: 'C43.5', display: 'Malignant melanoma of trunk' };
  const perFinding = [{ finding, code, class: 'MELANOMA', malignancy: 'MALIGNANT', confidence: 90 }];
  reviews.set(reviewId, { finalDecision: { perFinding } });
  return reviewId;
}

test('follows its review from AI to a person to a decision, and on to the patient', async () => {
  const skinCase = await submitted();
  await tell('reviews.workflow.started', skinCase, started(true));
  expect((await read(skinCase.id)).status).toBe('IN_AI_REVIEW');
  await tell('reviews.human_review.queued', skinCase, queued);
  expect((await read(skinCase.id)).status).toBe('IN_HUMAN_REVIEW');
  await tell('reviews.decision.final', skinCase, { ...final, reviewId: await humanReviewOf(skinCase) });
  const decided = await read(skinCase.id);
  expect(decided).toMatchObject({ status: 'DECIDED', outcome: { management: 'BIOPSY', decidedBy: 'HUMAN' } });
  const event = await clinic.subject.until('the event', () =>
    clinic.subject.events.find(
      ({ type, resourceId }) => type === 'clinical.case.decided' && resourceId === skinCase.id,
    ),
  );
  expect(event.data).toMatchObject({ management: 'BIOPSY', decidedBy: 'HUMAN', referrerUserId: clinic.doctor.userId });
  const move = async (field: string): Promise<void> => {
    const { version } = await read(skinCase.id);
    const mutation = `mutation ($id: ID!, $v: Int!) { ${field}(id: $id, ifVersion: $v) { case { id } userErrors { code } } }`;
    expect(await clinic.refusal(clinic.doctor, mutation, { id: skinCase.id, v: version })).toBeNull();
  };
  await move('communicateOutcome');
  await move('closeCase');
  expect((await read(skinCase.id)).status).toBe('CLOSED');
});

test('goes to a person at once when its workflow has no AI step', async () => {
  const skinCase = await submitted();
  await tell('reviews.workflow.started', skinCase, started(false));
  expect((await read(skinCase.id)).status).toBe('IN_HUMAN_REVIEW');
});

test('takes a decision that overtakes all other news, and is not moved back by them', async () => {
  const skinCase = await submitted();
  await tell('reviews.decision.final', skinCase, { ...final, reviewId: await humanReviewOf(skinCase) });
  await tell('reviews.workflow.started', skinCase, started(true));
  await tell('reviews.human_review.queued', skinCase, queued);
  expect((await read(skinCase.id)).status).toBe('DECIDED');
});

test('keeps what the AI found of each lesion, once, however often it is told', async () => {
  const skinCase = await submitted();
  const [finding] = (await read(skinCase.id)).findings;
  const aiReviewId = newId('air');
  const lesions = [
    { finding, class: 'BASAL_CELL_CARCINOMA', malignancy: 'MALIGNANT', confidence: 0.8 },
    { finding: { id: newId('fnd') }, class: 'SOLAR_LENTIGO', malignancy: 'BENIGN', confidence: 0.6 },
  ];
  reviews.set(aiReviewId, { result: { lesions } });
  const eventId = newId('evt');
  await tell('reviews.ai_review.completed', skinCase, { ...completed, aiReviewId }, eventId);
  await tell('reviews.ai_review.completed', skinCase, { ...completed, aiReviewId }, eventId);
  await tell('reviews.ai_review.completed', skinCase, { ...completed, aiReviewId });
  await clinic.subject.until('the diagnoses', async () => (await read(skinCase.id)).diagnoses.length > 0);
  const { diagnoses } = await read(skinCase.id);
  const machine = { source: 'AI', certainty: 'SUSPECTED', recordedBy: { displayName: 'clinical' } };
  expect(diagnoses).toEqual([
    {
      ...machine,
      class: 'BASAL_CELL_CARCINOMA',
      malignancy: 'MALIGNANT',
      confidence: 0.8,
      code: { system: 'ICD-10', code: 'C44.9' },
      finding,
    },
    {
      ...machine,
      class: 'SOLAR_LENTIGO',
      malignancy: 'BENIGN',
      confidence: 0.6,
      code: { system: 'ICD-10', code: 'L81.4' },
      finding: null,
    },
  ]);
});

test('keeps what the reader found, in the reader’s own code', async () => {
  const skinCase = await submitted();
  await tell('reviews.decision.final', skinCase, { ...final, reviewId: await humanReviewOf(skinCase) });
  const event = await clinic.subject.until('the event', () =>
    clinic.subject.events.find(
      ({ type, data }) => type === 'clinical.diagnosis.recorded' && data['caseId'] === skinCase.id,
    ),
  );
  expect(event.data).toMatchObject({ code: 'C43.5' });
  expect((await read(skinCase.id)).diagnoses).toMatchObject([
    { source: 'HUMAN', certainty: 'PROBABLE', confidence: 0.9 },
  ]);
});

test('tries again until the review can be read', async () => {
  const skinCase = await submitted();
  failures = 3;
  await tell('reviews.decision.final', skinCase, { ...final, reviewId: await humanReviewOf(skinCase) });
  await clinic.subject.until('the diagnosis', async () => (await read(skinCase.id)).diagnoses.length === 1);
  expect(failures).toBeLessThan(0);
});

test('is decided once, whatever is told again', async () => {
  const skinCase = await submitted();
  const decision = { ...final, reviewId: await humanReviewOf(skinCase) };
  const eventId = newId('evt');
  await tell('reviews.decision.final', skinCase, decision, eventId);
  await tell('reviews.decision.final', skinCase, decision, eventId);
  await tell('reviews.decision.final', skinCase, { ...decision, management: 'EXCISION' });
  const { timeline, outcome } = await read(skinCase.id);
  expect(outcome).toMatchObject({ management: 'BIOPSY' });
  expect(timeline.nodes.filter(({ type }) => type === 'OUTCOME_RECORDED')).toHaveLength(1);
});

test('notes a decision that comes after it was cancelled, and stays cancelled', async () => {
  const skinCase = await submitted();
  const cancel =
    'mutation ($id: ID!, $v: Int!) { cancelCase(id: $id, ifVersion: $v, reason: "Moved away") { case { id } userErrors { code } } }';
  expect(await clinic.refusal(clinic.doctor, cancel, { id: skinCase.id, v: skinCase.version })).toBeNull();
  await tell('reviews.ai_review.completed', skinCase, { ...completed, aiReviewId: newId('air') });
  await tell('reviews.decision.final', skinCase, { ...final, reviewId: newId('rev') });
  const { status, outcome, diagnoses, timeline } = await read(skinCase.id);
  expect({ status, outcome, diagnoses }).toEqual({ status: 'CANCELLED', outcome: null, diagnoses: [] });
  expect(timeline.nodes.at(-1)).toMatchObject({ type: 'DECISION_IGNORED', to: 'BIOPSY' });
});

test('is not touched by news under another organisation’s name', async () => {
  const skinCase = await submitted();
  const data = { ...final, reviewId: newId('rev'), patientId: skinCase.patient.id, caseId: skinCase.id };
  const { organisationId, region } = clinic.stranger;
  await clinic.subject.deliver('reviews.decision.final', {
    organisation: { organisationId, region },
    resourceId: skinCase.id,
    data,
  });
  expect((await read(skinCase.id)).status).toBe('SUBMITTED');
});

test('is part of the demo data', async () => {
  const organisation = { ...clinic.organisation, name: 'Demo', slug: 'demo' };
  const { patientIds } = await clinic.subject.running.seedDemo({ organisation, people: [] });
  const cases = 'query ($id: ID!) { patient(id: $id) { cases { nodes { status } } } }';
  const id = (patientIds as string[])[0];
  expect(await clinic.run(clinic.doctor, cases, { id })).toEqual({ cases: { nodes: [{ status: 'DRAFT' }] } });
});
