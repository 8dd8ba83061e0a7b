import { LessThanOrEqual } from 'typeorm';
import { newCorrelationId, runInContext } from '#shared/context';
import { type Worker, type WorkerContext } from '#shared/subgraph';
import { type ReviewsPorts } from '../ports';
import { releaseLapsed } from './claim.service';
import { HumanReview } from './human-review.entity';

const batch = 100;

/** Puts reviews back into their queues when a reader has let a claim lapse. */
export const claimWorker: Worker<ReviewsPorts> = {
  name: 'claims',
  pollMs: 1_000,
  async run({ system }: WorkerContext<ReviewsPorts>) {
    const at = new Date();
    const due = await system.source.getRepository(HumanReview).find({
      select: { id: true, organisationId: true, region: true },
      where: { status: 'CLAIMED', leaseExpiresAt: LessThanOrEqual(at) },
      take: batch,
    });
    let released = 0;
    for (const row of due) {
      const work = { correlationId: newCorrelationId(), causationId: null, operationName: 'reviews.claims' };
      const done = await runInContext(work, () => releaseLapsed(system.unitFor(row, at), row.id));
      if (done) released += 1;
    }
    return released;
  },
};
