import { createHmac } from 'node:crypto';
import { newId } from '#shared/ids';
import { createDermSimulator } from '../../infra/simulators/derm/derm-simulator';
import { readReviewsConfig } from './config';
import { Clinic, type ClinicCase } from './clinic.fixture';
import { dermKey, dermSecret, type FakeDerm, type Mode, startFakeDerm } from './derm.fixture';
import { backoffMs } from './ai-reviews/retry.policy';
import { flows } from './workflows/flows';

const aiReviews = `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Case {
  workflow { status fallbackReason steps { key kind status error } }
  aiReviews { id status attempts failure inputsExcluded { reason } externalCaseId result { overallClass } }
  humanReviews { status fallbackReason }
} } }`;

describe('AI reviews that come to nothing', () => {
  let derm: FakeDerm;
  let clinic: Clinic;

  beforeAll(async () => {
    derm = await startFakeDerm();
    clinic = new Clinic({ derm });
    await clinic.start();
    await clinic.publishFlow('ai');
  });
  beforeEach(() => {
    derm.mode = 'well';
    clinic.isUp = true;
  });
  afterAll(async () => {
    await clinic.stop();
    await derm.close();
  });

  const reviewsOf = async ({ caseId }: ClinicCase, of = clinic): Promise<unknown> => {
    const representations = [{ __typename: 'Case', id: caseId }];
    const { _entities } = await of.ask<{ _entities: unknown[] }>(of.staff, aiReviews, { representations });
    return _entities[0];
  };
  const withdrawConsent = async ({ patientId }: ClinicCase, id: string): Promise<void> => {
    const ids = { consentRecordId: 'cns_' + patientId.slice(4), consentTypeId: 'ctp_' + patientId.slice(4) };
    const data = { patientId, purpose: 'AI_ANALYSIS', ...ids };
    await clinic.subgraph.deliver('consent.record.withdrawn', {
      organisation: clinic.organisation,
      resourceId: ids.consentRecordId,
      data,
      id,
    });
  };

  test.each<[string, Mode, { reason: string; attempts: number }]>([
    ['is down', 'down', { reason: 'PROVIDER_UNAVAILABLE', attempts: 5 }],
    ['refuses the case', 'refusing', { reason: 'PROVIDER_REFUSED', attempts: 0 }],
    ['gives up every time', 'failing', { reason: 'MODEL_FAILURE', attempts: 5 }],
    ['answers garbage', 'garbage', { reason: 'ANSWER_INVALID', attempts: 5 }],
    ['leaves a finding out', 'incomplete', { reason: 'ANSWER_INVALID', attempts: 5 }],
  ])('when the provider %s, a person decides and the reason is seen', async (_what, mode, { reason, attempts }) => {
    derm.mode = mode;
    const skinCase = await clinic.submit();
    await clinic.event(skinCase, 'reviews.human_review.queued');
    expect(await reviewsOf(skinCase)).toMatchObject({
      workflow: { status: 'WAITING', fallbackReason: reason },
      aiReviews: [{ status: 'FAILED', failure: reason, attempts, result: null }],
      humanReviews: [{ status: 'QUEUED', fallbackReason: reason }],
    });
    const failed = await clinic.event(skinCase, 'reviews.ai_review.failed');
    expect(failed.data).toMatchObject({ reason, attempts });
    await clinic.readCase(skinCase);
    expect((await clinic.event(skinCase, 'reviews.decision.final')).data).toMatchObject({
      decidedBy: 'HUMAN',
      aiReviewId: null,
    });
  });

  test('a slow provider is waited for until the step’s timeout, and no longer', async () => {
    derm.mode = 'slow';
    const [consent, ai, end] = flows.ai.steps;
    await clinic.publish([consent, { ...ai, timeout: 'PT1S' }, end]);
    const begun = Date.now();
    const skinCase = await clinic.submit();
    await clinic.event(skinCase, 'reviews.human_review.queued');
    expect(Date.now() - begun).toBeGreaterThanOrEqual(1_000);
    expect(await reviewsOf(skinCase)).toMatchObject({
      workflow: {
        fallbackReason: 'TIMED_OUT',
        steps: [{}, { key: 'ai', status: 'TIMED_OUT' }, {}, { kind: 'HUMAN_REVIEW' }],
      },
      aiReviews: [{ status: 'TIMED_OUT' }],
    });
    const [late] = derm.received.slice(-1);
    derm.mode = 'silent';
    expect(await derm.callBack(late?.id ?? '')).toBe(true);
    expect(await reviewsOf(skinCase)).toMatchObject({ aiReviews: [{ status: 'TIMED_OUT', result: null }] });
    await clinic.publishFlow('ai');
  });

  test('without consent the AI is not asked, and the blocked review shows it', async () => {
    const before = derm.received.length;
    const skinCase = await clinic.submit(clinic.newCase({ permitsAi: false }));
    await clinic.event(skinCase, 'reviews.human_review.queued');
    expect(await reviewsOf(skinCase)).toMatchObject({
      workflow: { fallbackReason: 'CONSENT_REQUIRED' },
      aiReviews: [{ status: 'BLOCKED_BY_CONSENT', attempts: 0 }],
      humanReviews: [{ fallbackReason: 'CONSENT_REQUIRED' }],
    });
    expect((await clinic.event(skinCase, 'reviews.ai_review.blocked')).data['reason']).toBe('CONSENT_REQUIRED');
    expect(derm.received).toHaveLength(before);
  });

  test.each<[string, Partial<ClinicCase>, string]>([
    ['a child', { ageYears: 17 }, 'UNDER_18'],
    ['a patient of unknown age', { ageYears: null }, 'AGE_UNKNOWN'],
    ['a finding it must not judge', { exclusions: ['SUBUNGUAL'] }, 'SUBUNGUAL'],
    ['a case without a picture', { findingIds: [] }, 'NO_SUITABLE_IMAGE'],
  ])('the AI does not see %s', async (_what, changes, reason) => {
    const before = derm.received.length;
    const skinCase = await clinic.submit(clinic.newCase(changes));
    await clinic.event(skinCase, 'reviews.human_review.queued');
    expect(await reviewsOf(skinCase)).toMatchObject({ aiReviews: [{ status: 'INELIGIBLE', failure: reason }] });
    expect(derm.received).toHaveLength(before);
  });

  test('withdrawing consent stops a review under way, and a person goes on', async () => {
    derm.mode = 'slow';
    const skinCase = await clinic.submit();
    await clinic.subgraph.until('the submission', () =>
      derm.received.some(({ submission }) => submission.lesions[0]?.findingReference === skinCase.findingIds[0]),
    );
    const eventId = newId('evt');
    // Delivered until it is taken, as the relay does: it may meet the worker at the same row.
    await clinic.subgraph.until('the withdrawal', async () => {
      await withdrawConsent(skinCase, eventId);
      return clinic.eventsOf(skinCase, 'reviews.ai_review.blocked')[0];
    });
    await clinic.event(skinCase, 'reviews.human_review.queued');
    expect(await reviewsOf(skinCase)).toMatchObject({
      aiReviews: [{ status: 'CANCELLED', failure: 'CONSENT_WITHDRAWN' }],
      humanReviews: [{ fallbackReason: 'CONSENT_WITHDRAWN' }],
    });
  });

  test('a callback that comes five times stores one result', async () => {
    derm.mode = 'repeating';
    const skinCase = await clinic.submit();
    await clinic.event(skinCase, 'reviews.workflow.completed');
    const [{ id } = { id: '' }] = derm.received.slice(-1);
    expect(await derm.callBack(id)).toBe(true);
    for (const type of ['reviews.ai_review.completed', 'reviews.decision.final', 'reviews.workflow.completed']) {
      expect(clinic.eventsOf(skinCase, type)).toHaveLength(1);
    }
  });

  test('drops answers to another attempt, forged ones and replayed ones', async () => {
    derm.mode = 'slow';
    const skinCase = await clinic.submit();
    const { id } = await clinic.subgraph.until('the submission', () =>
      derm.received.find(({ submission }) => submission.lesions[0]?.findingReference === skinCase.findingIds[0]),
    );
    const stored = (): Promise<unknown> => reviewsOf(skinCase);
    await clinic.subgraph.until('its id', async () => JSON.stringify(await stored()).includes(id));
    derm.mode = 'silent';
    expect(await derm.callBack(id, { attempt: 7 })).toBe(true);
    expect(await derm.callBack(id, {}, 'another secret')).toBe(false);
    const url = `${clinic.subgraph.publicUrl}/v1/callbacks/derm`;
    const unsigned = await fetch(url, { method: 'POST', body: '{}' });
    expect(unsigned.status).toBe(401);
    const old = await fetch(url, {
      method: 'POST',
      body: '{}',
      headers: { 'x-derm-signature': signedAt(new Date(Date.now() - 301_000), '{}') },
    });
    expect(old.status).toBe(401);
    const shapeless = await fetch(url, {
      method: 'POST',
      body: '{}',
      headers: { 'x-derm-signature': signedAt(new Date(), '{}') },
    });
    expect(shapeless.status).toBe(400);
    expect((await fetch(url)).status).toBe(405);
    await clinic.event(skinCase, 'reviews.ai_review.completed');
  });

  test('submits one case per attempt, under the review’s id, with nothing that names the patient', async () => {
    const skinCase = await clinic.submit();
    const { resourceId } = await clinic.event(skinCase, 'reviews.ai_review.completed');
    const sent = derm.received.filter(({ submission }) => submission.reference === resourceId);
    expect(sent).toMatchObject([
      { key: resourceId, submission: { attempt: 1, patient: { ageYears: 54, sex: 'FEMALE' } } },
    ]);
    expect(JSON.stringify(sent)).not.toContain(skinCase.patientId);
  });

  test('an outage of the supergraph delays a human review and loses nothing', async () => {
    await clinic.publishFlow('human');
    clinic.isUp = false;
    const skinCase = await clinic.submit();
    await clinic.subgraph.until('a second try', () => clinic.unanswered >= 2);
    clinic.isUp = true;
    await clinic.event(skinCase, 'reviews.human_review.queued');
    await clinic.publishFlow('ai');
  });

  test('without a provider the AI step goes to a person at once', async () => {
    const bare = new Clinic({ derm: null });
    await bare.start();
    await bare.publishFlow('both');
    const skinCase = await bare.submit();
    await bare.event(skinCase, 'reviews.human_review.queued');
    expect(await reviewsOf(skinCase, bare)).toMatchObject({
      aiReviews: [{ status: 'FAILED', failure: 'PROVIDER_NOT_CONFIGURED', attempts: 0 }],
    });
    await bare.stop();
  });

  test('speaks with the simulator, whose failure to fetch a picture reaches the review', async () => {
    const simulator = createDermSimulator({ apiKey: dermKey, callbackSecret: dermSecret });
    const real = new Clinic({ derm: { url: await simulator.listen(0) } });
    await real.start();
    await real.publishFlow('ai');
    const skinCase = await real.submit();
    const { data } = await real.event(skinCase, 'reviews.ai_review.failed');
    expect(data).toMatchObject({ reason: 'IMAGE_UNREACHABLE', attempts: 5 });
    await real.event(skinCase, 'reviews.human_review.queued');
    await real.stop();
    await simulator.close();
  });

  test('half a provider is a configuration error', () => {
    expect(() => readReviewsConfig({ DERM_URL: 'http://127.0.0.1:9' })).toThrow('set all three or none');
  });

  test('the pauses between attempts double and are shortened at random', () => {
    const pauses = [1, 2, 3, 4].map((failures) => backoffMs(5_000, failures, () => 0));
    expect(pauses).toEqual([5_000, 10_000, 20_000, 40_000]);
    expect(backoffMs(5_000, 1, () => 0.999)).toBeGreaterThanOrEqual(2_500);
  });
});

function signedAt(at: Date, body: string): string {
  const t = String(Math.floor(at.getTime() / 1_000));
  return `t=${t},v1=${createHmac('sha256', dermSecret).update(`${t}.${body}`).digest('hex')}`;
}
