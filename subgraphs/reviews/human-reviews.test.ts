import { type Actor } from '#shared/auth';
import { newId } from '#shared/ids';
import { actorOf } from '#shared/testing';
import { Clinic, type ClinicCase, readOf, submitRead } from './clinic.fixture';

const claimById = `mutation ($id: ID!) {
  claimReview(id: $id) { review { id status claim { fencingToken reader { id } } } userErrors { code allowed } }
}`;
const claimNext = `mutation ($key: String!) {
  claimNext(queueKey: $key) { review { id claim { fencingToken } } userErrors { code } }
}`;

interface Claimed {
  readonly review: { id: string; claim: { fencingToken: number } } | null;
  readonly userErrors: { code: string }[];
}

describe('human reviews', () => {
  const clinic = new Clinic({ derm: null });
  const setQueue = async (claimLease: string): Promise<void> => {
    const upsert = `mutation ($lease: Duration!) { upsertReviewQueue(key: "dermatology", name: "Dermatology", firstReadSla: "P1D", claimLease: $lease) {
      userErrors { code } } }`;
    expect(await clinic.ask(clinic.staff, upsert, { lease: claimLease })).toEqual({
      upsertReviewQueue: { userErrors: [] },
    });
  };
  const waiting = async (): Promise<{ skinCase: ClinicCase; id: string }> => {
    const skinCase = await clinic.submit();
    const { resourceId: id } = await clinic.event(skinCase, 'reviews.human_review.queued');
    return { skinCase, id };
  };
  const claim = async (reader: Actor, id: string): Promise<Claimed> =>
    (await clinic.ask<{ claimReview: Claimed }>(reader, claimById, { id })).claimReview;
  const submit = async (reader: Actor, input: Record<string, unknown>): Promise<unknown> =>
    (await clinic.ask<{ submitRead: unknown }>(reader, submitRead, { input })).submitRead;

  beforeAll(async () => {
    await clinic.start();
    await clinic.publishFlow('human');
    await setQueue('PT15M');
  });
  afterAll(() => clinic.stop());

  test('fifty readers who ask at once get fifty different reviews, and the next one none', async () => {
    const cases = await Promise.all(Array.from({ length: 50 }, () => clinic.submit()));
    for (const skinCase of cases) await clinic.event(skinCase, 'reviews.human_review.queued');
    const depth = async (): Promise<unknown> =>
      clinic.ask(clinic.staff, '{ reviewQueue(key: "dermatology") { depth oldestWaiting } }');
    expect(await depth()).toMatchObject({ reviewQueue: { depth: 50 } });
    const readers = cases.map(() => clinic.reader());
    const claims = await Promise.all(
      readers.map((reader) => clinic.ask<{ claimNext: Claimed }>(reader, claimNext, { key: 'dermatology' })),
    );
    expect(new Set(claims.map((answer) => answer.claimNext.review?.id)).size).toBe(50);
    expect(await depth()).toEqual({ reviewQueue: { depth: 0, oldestWaiting: null } });
    const late = await clinic.ask(clinic.reader(), claimNext, { key: 'dermatology' });
    expect(late).toEqual({ claimNext: { review: null, userErrors: [{ code: 'NOTHING_TO_CLAIM' }] } });
  });

  test('a review is claimed by one, read by them, and decided once', async () => {
    const { skinCase, id } = await waiting();
    const [reader, other] = [clinic.reader(), clinic.reader()];
    const first = await claim(reader, id);
    expect(await claim(reader, id)).toEqual(first);
    expect(await claim(other, id)).toMatchObject({ review: null, userErrors: [{ code: 'ILLEGAL_TRANSITION' }] });
    const input = readOf(skinCase, { reviewId: id, fencingToken: 1 });
    expect(await submit(other, input)).toMatchObject({ review: null, userErrors: [{ code: 'CLAIM_LOST' }] });
    const decided = await submit(reader, input);
    expect(decided).toMatchObject({ review: { status: 'DECIDED', finalDecision: { rationale: 'CANARY rationale' } } });
    expect(await submit(reader, input)).toEqual(decided);
    expect(await submit(reader, { ...input, management: 'EXCISION' })).toMatchObject({
      userErrors: [{ code: 'IDEMPOTENCY_KEY_REUSED' }],
    });
    expect(await submit(reader, { ...input, idempotencyKey: newId('idk') })).toMatchObject({
      userErrors: [{ code: 'CLAIM_LOST' }],
    });
    await clinic.event(skinCase, 'reviews.workflow.completed');
    expect(clinic.eventsOf(skinCase, 'reviews.human_review.decided')).toHaveLength(1);
  });

  test('a claim that has lapsed goes back to the queue, and its reader cannot submit', async () => {
    await setQueue('PT1S');
    const { skinCase, id } = await waiting();
    const reader = clinic.reader();
    await claim(reader, id);
    await clinic.event(skinCase, 'reviews.human_review.released');
    await setQueue('PT15M');
    const input = readOf(skinCase, { reviewId: id, fencingToken: 1 });
    expect(await submit(reader, input)).toMatchObject({ userErrors: [{ code: 'CLAIM_LOST' }] });
    const again = await claim(reader, id);
    expect(again.review?.claim.fencingToken).toBe(2);
    expect(await submit(reader, input)).toMatchObject({ userErrors: [{ code: 'CLAIM_LOST' }] });
    expect(await submit(reader, { ...input, fencingToken: 2 })).toMatchObject({ userErrors: [] });
    const log = 'query ($id: ID!) { humanReview(id: $id) { auditLog { from to actor { userId } } } }';
    expect(await clinic.ask(clinic.staff, log, { id })).toMatchObject({
      humanReview: {
        auditLog: [
          { from: null, to: 'QUEUED' },
          { from: 'QUEUED', to: 'CLAIMED', actor: { userId: reader.userId } },
          { from: 'CLAIMED', to: 'RELEASED', actor: { userId: null } },
          { from: 'RELEASED', to: 'QUEUED' },
          { from: 'QUEUED', to: 'CLAIMED' },
          { from: 'CLAIMED', to: 'DECIDED' },
        ],
      },
    });
  });

  test('a reader extends or gives back what is theirs', async () => {
    const { id } = await waiting();
    const reader = clinic.reader();
    await claim(reader, id);
    const extend = 'mutation ($id: ID!, $t: Int!) { extendClaim(id: $id, fencingToken: $t) { userErrors { code } } }';
    expect(await clinic.ask(reader, extend, { id, t: 1 })).toEqual({ extendClaim: { userErrors: [] } });
    expect(await clinic.ask(reader, extend, { id, t: 0 })).toEqual({
      extendClaim: { userErrors: [{ code: 'CLAIM_LOST' }] },
    });
    const mine = '{ myReviews(status: [CLAIMED]) { id } }';
    expect(await clinic.ask(reader, mine)).toEqual({ myReviews: [{ id }] });
    const release =
      'mutation ($id: ID!) { releaseReview(id: $id, reason: "CANARY I know her") { review { status claim { fencingToken } } userErrors { code } } }';
    expect(await clinic.ask(clinic.reader(), release, { id })).toMatchObject({
      releaseReview: { userErrors: [{ code: 'CLAIM_LOST' }] },
    });
    expect(await clinic.ask(reader, release, { id })).toMatchObject({
      releaseReview: { review: { status: 'QUEUED', claim: null } },
    });
    expect(await clinic.ask(reader, mine)).toEqual({ myReviews: [] });
    const rows: unknown = await clinic.subgraph.running.system.source.query('SELECT reason FROM review_audit_log');
    expect(JSON.stringify(rows)).not.toContain('CANARY');
  });

  test('a read decides every finding of its case, in known codes', async () => {
    const { skinCase, id } = await waiting();
    const reader = clinic.reader();
    await claim(reader, id);
    const input = readOf(skinCase, { reviewId: id, fencingToken: 1 });
    const perFinding = input['perFinding'] as Record<string, unknown>[];
    const wrong = [
      { perFinding: perFinding.slice(1) },
      { perFinding: [...perFinding, perFinding[0]] },
      { perFinding: perFinding.map((one) => ({ ...one, findingId: newId('fnd') })) },
      { perFinding: perFinding.map((one) => ({ ...one, class: 'BANANA' })) },
      { management: 'WAIT_AND_SEE' },
      { confidence: 101 },
      { rationale: ' ' },
    ];
    for (const changes of wrong) {
      const refused = await submit(reader, { ...input, ...changes, idempotencyKey: newId('idk') });
      expect(refused).toMatchObject({ review: null, userErrors: [{ code: 'BAD_USER_INPUT' }] });
    }
    expect(await submit(reader, input)).toMatchObject({ userErrors: [] });
  });

  test('only practitioners with the scope read, and only in their organisation', async () => {
    const { id } = await waiting();
    const scopes = ['reviews:human:read', 'reviews:human:decide'] as const;
    const clerk = actorOf(clinic.organisation, { scopes });
    expect((await clinic.subgraph.ask(clerk, claimById, { id })).errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
    expect((await clinic.subgraph.ask(clinic.staff, claimById, { id })).errors?.[0]?.extensions?.['code']).toBe(
      'FORBIDDEN',
    );
    const stranger = { ...clinic.reader(), organisationId: newId('org') };
    expect(await claim(stranger, id)).toMatchObject({ userErrors: [{ code: 'NOT_FOUND' }] });
    expect(await clinic.ask(stranger, 'query ($id: ID!) { humanReview(id: $id) { id } }', { id })).toEqual({
      humanReview: null,
    });
    expect(await claim(clinic.reader(), newId('case'))).toMatchObject({ userErrors: [{ code: 'INVALID_ID' }] });
  });

  test('refuses a queue that asks for two reads', async () => {
    const upsert = `mutation { upsertReviewQueue(key: "second", name: "Second", readsRequired: 2, firstReadSla: "P1D", claimLease: "PT5M") {
      queue { id } userErrors { code path } } }`;
    const refused = { queue: null, userErrors: [{ code: 'BAD_USER_INPUT', path: ['readsRequired'] }] };
    expect(await clinic.ask(clinic.staff, upsert)).toEqual({ upsertReviewQueue: refused });
  });

  test('answers live what happens to a review, to its queue and to its case', async () => {
    const { skinCase, id } = await waiting();
    const event = await clinic.event(skinCase, 'reviews.human_review.queued');
    const live = `subscription ($id: ID!) { humanReviewChanged(id: $id) { status queue { key } } }`;
    expect(await clinic.ask(clinic.staff, live, { id }, event)).toEqual({
      humanReviewChanged: { status: 'QUEUED', queue: { key: 'dermatology' } },
    });
    expect(event.data['queueKey']).toBe('dermatology');
    const started = await clinic.event(skinCase, 'reviews.workflow.started');
    const workflow = 'subscription ($id: ID!) { workflowChanged(caseId: $id) { status } }';
    expect(await clinic.ask(clinic.staff, workflow, { id: skinCase.caseId }, started)).toEqual({
      workflowChanged: { status: 'WAITING' },
    });
  });
});
