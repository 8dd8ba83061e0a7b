import { newId } from '#shared/ids';
import { actorOf, describeContract, testOrganisation } from '#shared/testing';
import { reviews } from '.';
import { Clinic } from './clinic.fixture';
import { type FakeDerm, startFakeDerm } from './derm.fixture';

describeContract(reviews);

describe('the reviews of a submitted case', () => {
  let derm: FakeDerm;
  let clinic: Clinic;

  beforeAll(async () => {
    derm = await startFakeDerm();
    clinic = new Clinic({ derm });
    await clinic.start();
  });
  afterAll(async () => {
    await clinic.stop();
    await derm.close();
  });

  const caseReviews = `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Case {
    workflow { status fallbackReason definition { key number } steps { key kind status error } }
    aiReviews { status attempts failure result { overallClass management lesions { class finding { id } } } }
    humanReviews { status fallbackReason finalDecision { management } }
    latestDecision { management rationale decidedBy { id } }
  } } }`;
  const reviewsOf = async (caseId: string): Promise<unknown> => {
    const representations = [{ __typename: 'Case', id: caseId }];
    const { _entities } = await clinic.ask<{ _entities: unknown[] }>(clinic.staff, caseReviews, { representations });
    return _entities[0];
  };

  test('an organisation that has published no workflow gets a human review', async () => {
    const skinCase = await clinic.submit();
    const { data } = await clinic.event(skinCase, 'reviews.workflow.started');
    expect(data).toMatchObject({ definition: 'HUMAN', hasAiStep: false, hasHumanStep: true });
    await clinic.readCase(skinCase);
    const final = await clinic.event(skinCase, 'reviews.decision.final');
    expect(final.data).toMatchObject({
      decidedBy: 'HUMAN',
      management: 'FOLLOW_UP_INTERVAL',
      malignancy: 'BENIGN',
      aiReviewId: null,
    });
  });

  test('AI alone decides, within a second and a half of the submission', async () => {
    await clinic.publishFlow('ai');
    const begun = Date.now();
    const skinCase = await clinic.submit();
    const completed = await clinic.event(skinCase, 'reviews.ai_review.completed');
    expect(Date.now() - begun).toBeLessThan(1_500);
    const final = await clinic.event(skinCase, 'reviews.decision.final');
    expect(final.data).toMatchObject({
      decidedBy: 'AI',
      management: 'BIOPSY',
      overallClass: 'MELANOMA',
      malignancy: 'MALIGNANT',
    });
    expect(final.data['aiReviewId']).toBe(completed.resourceId);
    expect(await reviewsOf(skinCase.caseId)).toMatchObject({
      workflow: { status: 'COMPLETED', fallbackReason: null, definition: { key: 'ai' } },
      aiReviews: [{ status: 'COMPLETED', attempts: 1, failure: null, result: { overallClass: 'MELANOMA' } }],
      humanReviews: [],
      latestDecision: null,
    });
  });

  test('a case that the provider answers only when asked is as quick', async () => {
    derm.mode = 'silent';
    const begun = Date.now();
    const skinCase = await clinic.submit();
    await clinic.event(skinCase, 'reviews.ai_review.completed');
    expect(Date.now() - begun).toBeLessThan(1_500);
    derm.mode = 'well';
  });

  test('after the AI a person has the last word', async () => {
    await clinic.publishFlow('both');
    const skinCase = await clinic.submit();
    await clinic.event(skinCase, 'reviews.ai_review.completed');
    const reader = clinic.reader();
    await clinic.readCase(skinCase, reader);
    const { data } = await clinic.event(skinCase, 'reviews.decision.final');
    expect(data).toMatchObject({
      decidedBy: 'AI_WITH_SECOND_READ',
      management: 'FOLLOW_UP_INTERVAL',
      overallClass: 'ATYPICAL_NAEVUS',
    });
    await clinic.event(skinCase, 'reviews.workflow.completed');
    expect(clinic.eventsOf(skinCase, 'reviews.decision.final')).toHaveLength(1);
    expect(await reviewsOf(skinCase.caseId)).toMatchObject({
      humanReviews: [{ status: 'DECIDED', fallbackReason: null, finalDecision: { management: 'FOLLOW_UP_INTERVAL' } }],
      latestDecision: { rationale: 'CANARY rationale', decidedBy: { id: reader.practitionerId } },
    });
  });

  test('a person alone decides without the AI seeing the case', async () => {
    await clinic.publishFlow('human');
    const before = derm.received.length;
    const skinCase = await clinic.submit();
    await clinic.readCase(skinCase);
    expect((await clinic.event(skinCase, 'reviews.decision.final')).data).toMatchObject({ decidedBy: 'HUMAN' });
    expect(derm.received).toHaveLength(before);
  });

  test('with neither, what the definition says becomes of the case', async () => {
    await clinic.publishFlow('neither');
    const skinCase = await clinic.submit();
    const { data } = await clinic.event(skinCase, 'reviews.decision.final');
    expect(data).toMatchObject({
      management: 'ROUTINE_REFERRAL',
      overallClass: 'INDETERMINATE',
      reviewId: null,
      aiReviewId: null,
    });
    expect((await clinic.event(skinCase, 'reviews.workflow.started')).data).toMatchObject({
      hasAiStep: false,
      hasHumanStep: false,
    });
  });

  test('a condition lets a person see only what the AI finds suspicious', async () => {
    await clinic.publish([
      { key: 'ai', kind: 'AI_REVIEW' },
      { key: 'read', kind: 'HUMAN_REVIEW', dependsOn: ['ai'], when: 'ai.malignancy in MALIGNANT,PRE_MALIGNANT' },
      { key: 'decision', kind: 'CLINICAL_UPDATE', dependsOn: ['read'] },
    ]);
    derm.verdict = { class: 'SOLAR_LENTIGO', malignancy: 'BENIGN', management: 'DISCHARGE_WITH_ADVICE' };
    const harmless = await clinic.submit();
    expect((await clinic.event(harmless, 'reviews.decision.final')).data).toMatchObject({ decidedBy: 'AI' });
    derm.verdict = { class: 'MELANOMA', malignancy: 'MALIGNANT', management: 'BIOPSY' };
    const suspicious = await clinic.submit();
    await clinic.event(suspicious, 'reviews.human_review.queued');
    expect(clinic.eventsOf(suspicious, 'reviews.decision.final')).toEqual([]);
  });

  test('a submission delivered again starts nothing more', async () => {
    await clinic.publishFlow('neither');
    const skinCase = clinic.newCase();
    const eventId = newId('evt');
    await clinic.submit(skinCase, eventId);
    await clinic.event(skinCase, 'reviews.workflow.completed');
    await clinic.submit(skinCase, eventId);
    const { workflowInstances } = await clinic.ask<{ workflowInstances: { totalCount: number } }>(
      clinic.staff,
      'query ($caseId: ID) { workflowInstances(caseId: $caseId) { totalCount } }',
      { caseId: skinCase.caseId },
    );
    expect(workflowInstances.totalCount).toBe(1);
  });

  test('a cancelled case ends its workflow and its reviews', async () => {
    await clinic.publishFlow('human');
    const skinCase = await clinic.submit();
    await clinic.event(skinCase, 'reviews.human_review.queued');
    const { caseId, patientId } = skinCase;
    const data = { caseId, patientId, from: 'IN_HUMAN_REVIEW', reason: null } as const;
    await clinic.subgraph.deliver('clinical.case.cancelled', {
      organisation: clinic.organisation,
      resourceId: caseId,
      data,
    });
    await clinic.event(skinCase, 'reviews.workflow.cancelled');
    expect(await reviewsOf(caseId)).toMatchObject({
      workflow: { status: 'CANCELLED', steps: [{ status: 'CANCELLED' }, { status: 'CANCELLED' }] },
      humanReviews: [{ status: 'CANCELLED' }],
    });
  });

  test('what is running keeps the definition it began with', async () => {
    await clinic.publishFlow('human');
    const skinCase = await clinic.submit();
    await clinic.event(skinCase, 'reviews.human_review.queued');
    await clinic.publishFlow('neither');
    await clinic.readCase(skinCase);
    expect((await clinic.event(skinCase, 'reviews.workflow.completed')).data['definition']).toBe('HUMAN');
    const { workflowDefinitions } = await clinic.ask<{ workflowDefinitions: { status: string }[] }>(
      clinic.staff,
      '{ workflowDefinitions { key number status running } }',
    );
    expect(workflowDefinitions.filter(({ status }) => status === 'PUBLISHED')).toHaveLength(1);
  });

  test.each([
    [
      'a circle',
      [
        { key: 'a', kind: 'HUMAN_REVIEW', dependsOn: ['b'] },
        { key: 'b', kind: 'CLINICAL_UPDATE', dependsOn: ['a'] },
      ],
      'wait for each other',
    ],
    ['an unknown dependency', [{ key: 'a', kind: 'CLINICAL_UPDATE', dependsOn: ['x'] }], 'none of the steps'],
    ['no decision', [{ key: 'a', kind: 'HUMAN_REVIEW' }], 'exactly one CLINICAL_UPDATE'],
    [
      'a decision before a review',
      [
        { key: 'a', kind: 'HUMAN_REVIEW' },
        { key: 'b', kind: 'CLINICAL_UPDATE' },
      ],
      'comes last',
    ],
    ['an unknown kind', [{ key: 'a', kind: 'WEBHOOK' }], 'steps.0'],
    [
      'code in a condition',
      [
        { key: 'a', kind: 'HUMAN_REVIEW', when: 'process.exit()' },
        { key: 'b', kind: 'CLINICAL_UPDATE', dependsOn: ['a'] },
      ],
      'A condition reads',
    ],
    [
      'a code that never comes',
      [
        { key: 'a', kind: 'HUMAN_REVIEW', when: 'ai.malignancy in BAD' },
        { key: 'b', kind: 'CLINICAL_UPDATE', dependsOn: ['a'] },
      ],
      'never BAD',
    ],
    [
      'an AI step that may end in silence',
      [
        { key: 'a', kind: 'AI_REVIEW', onFailure: 'FAIL' },
        { key: 'b', kind: 'CLINICAL_UPDATE', dependsOn: ['a'] },
      ],
      'a human takes over',
    ],
    ['an unknown setting', [{ key: 'a', kind: 'CLINICAL_UPDATE', config: { url: 'x' } }], 'steps.0'],
  ])('refuses a workflow with %s', async (_what, steps, message) => {
    const input = { key: 'wrong', name: 'Wrong', trigger: 'clinical.case.submitted', steps };
    const { draftWorkflow } = await clinic.ask<{
      draftWorkflow: { definition: unknown; userErrors: { code: string; message: string }[] };
    }>(
      clinic.staff,
      'mutation ($input: WorkflowDefinitionInput!) { draftWorkflow(input: $input) { definition { id } userErrors { code message } } }',
      { input },
    );
    expect(draftWorkflow.definition).toBeNull();
    expect(draftWorkflow.userErrors[0]).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(draftWorkflow.userErrors[0]?.message).toContain(message);
  });

  test('a definition is published once, by those who may, in its own organisation', async () => {
    const id = await clinic.publishFlow('human');
    const publish =
      'mutation ($id: ID!) { publishWorkflow(id: $id) { definition { id } userErrors { code allowed } } }';
    const again = await clinic.ask(clinic.staff, publish, { id });
    expect(again).toMatchObject({
      publishWorkflow: { definition: null, userErrors: [{ code: 'ILLEGAL_TRANSITION', allowed: ['RETIRED'] }] },
    });
    const stranger = { ...clinic.staff, organisationId: testOrganisation().organisationId };
    expect(await clinic.ask(stranger, publish, { id })).toMatchObject({
      publishWorkflow: { userErrors: [{ code: 'NOT_FOUND' }] },
    });
    expect(await clinic.ask(clinic.staff, publish, { id: newId('pat') })).toMatchObject({
      publishWorkflow: { userErrors: [{ code: 'INVALID_ID' }] },
    });
    const reader = actorOf(clinic.organisation, { scopes: ['reviews:workflows:read'] });
    const { errors } = await clinic.subgraph.ask(reader, publish, { id });
    expect(errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
  });

  test('keeps no finding, result or rationale in clear', async () => {
    const rows = await clinic.subgraph.running.system.source.query('SELECT * FROM review_decisions');
    const results = await clinic.subgraph.running.system.source.query('SELECT result, submission FROM ai_reviews');
    const history = await clinic.subgraph.running.system.source.query('SELECT image FROM entity_history');
    const stored = JSON.stringify([rows, results, history]);
    for (const secret of ['CANARY', 'ATYPICAL_NAEVUS', 'MELANOMA', '127.0.0.1:9/picture'])
      expect(stored).not.toContain(secret);
    expect(JSON.stringify(clinic.subgraph.events)).not.toContain('CANARY');
  });

  test('seeds a queue and the four usual workflows, one of them published', async () => {
    const organisation = { ...testOrganisation(), name: 'Demo', slug: 'demo' };
    const seeded = await clinic.subgraph.running.seedDemo({ organisation, people: [] });
    expect(seeded).toMatchObject({ queueKey: 'dermatology' });
    const staff = { ...clinic.staff, organisationId: organisation.organisationId };
    const { workflowDefinitions } = await clinic.ask<{ workflowDefinitions: unknown[] }>(
      staff,
      '{ workflowDefinitions { key status } }',
    );
    expect(workflowDefinitions).toEqual([
      { key: 'ai', status: 'DRAFT' },
      { key: 'both', status: 'PUBLISHED' },
      { key: 'human', status: 'DRAFT' },
      { key: 'neither', status: 'DRAFT' },
    ]);
  });
});
