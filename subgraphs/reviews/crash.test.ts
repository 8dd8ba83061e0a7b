import { testGround } from '#shared/testing';
import { Clinic } from './clinic.fixture';
import { startFakeDerm } from './derm.fixture';

test('stopped again and again, the subgraph goes on where it was and doubles nothing', async () => {
  const derm = await startFakeDerm();
  derm.mode = 'slow';
  const ground = testGround();
  const clinic = new Clinic({ derm, ground, environment: { AI_TIMEOUT_MS: '60000' } });
  const events: { type: string; data: object }[] = [];
  const restart = async (): Promise<void> => {
    const { events: before } = clinic.subgraph;
    await clinic.stop();
    events.push(...before);
    await clinic.start();
  };
  await clinic.start();
  await clinic.publishFlow('both');
  const cases = await Promise.all(Array.from({ length: 5 }, () => clinic.submit()));
  for (let times = 0; times < 3; times++) await restart(); // at whatever point the work happens to be
  await clinic.subgraph.until('the submissions', () => derm.received.length === cases.length);
  await restart();
  derm.mode = 'silent';
  const happened = (type: string): number =>
    new Set(
      [...events, ...clinic.subgraph.events]
        .filter((event) => event.type === type)
        .map(({ data }) => JSON.stringify(data)),
    ).size;
  await clinic.subgraph.until('the human reviews', () => happened('reviews.human_review.queued') === cases.length);
  expect(derm.received.map(({ key }) => key)).toEqual([
    ...new Set(derm.received.map(({ submission }) => submission.reference)),
  ]);
  const { reviewQueue } = await clinic.ask<{ reviewQueue: { depth: number } }>(
    clinic.staff,
    '{ reviewQueue(key: "dermatology") { depth } }',
  );
  expect(reviewQueue.depth).toBe(cases.length);
  const claimed = await clinic.ask<{ workflowInstances: { nodes: unknown[] } }>(
    clinic.staff,
    '{ workflowInstances { nodes { status } } }',
  );
  expect(claimed.workflowInstances.nodes).toEqual(cases.map(() => ({ status: 'WAITING' })));
  expect(happened('reviews.ai_review.completed')).toBe(cases.length);
  await clinic.stop();
  await ground.remove();
  await derm.close();
});
