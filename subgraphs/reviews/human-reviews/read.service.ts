import { type UnitOfWork, retryStale } from '#shared/database';
import { newId } from '#shared/ids';
import { StepRun } from '../workflows/step-run.entity';
import { logArrow } from './audit-log.service';
import { readerOf } from './claim.service';
import { ReviewDecision } from './decision.entity';
import { HumanReview } from './human-review.entity';
import { announcementOf } from './human-review.events';
import { type SubmitReadInput } from './human-review.types';
import { parseRead, type Read } from './read.policy';

/**
 * Decides a case: the reader's decision is stored, the review is over and its workflow goes on.
 * @throws {DomainError} CLAIM_LOST unless the actor holds the claim named; BAD_USER_INPUT; NOT_FOUND; FORBIDDEN.
 */
export async function submitRead(unit: UnitOfWork, input: SubmitReadInput): Promise<HumanReview> {
  const reader = readerOf(unit.actor);
  const once = { operation: 'submitRead', key: input.idempotencyKey, request: input };
  return retryStale(() =>
    unit.once(HumanReview, once, async (tx) => {
      const review = await tx.get(HumanReview, input.reviewId);
      review.assertHeldBy(reader, tx.at, input.fencingToken);
      const read = parseRead(input, review.findingIds);
      await store(tx, review, { ...read, imageQualityAdequate: input.imageQualityAdequate });
      review.decide(tx.at);
      await tx.save(review);
      await logArrow(tx, review, { from: 'CLAIMED', to: 'DECIDED' });
      await tx.publish('reviews.human_review.decided', announcementOf(review, { management: read.management }));
      await wakeStep(tx, review);
      return review;
    }),
  );
}

async function store(
  tx: UnitOfWork,
  review: HumanReview,
  read: Read & { imageQualityAdequate: boolean },
): Promise<void> {
  const { id: reviewId, instanceId, caseId, patientId } = review;
  const { practitionerId } = readerOf(tx.actor);
  const of = { reviewId, instanceId, caseId, patientId, practitionerId };
  await tx.create(ReviewDecision, { ...of, ...read, id: newId('dec'), decidedAt: tx.at });
}

/** The workflow goes on by a worker: a reader need not be allowed to see it. */
async function wakeStep(tx: UnitOfWork, { stepRunId }: HumanReview): Promise<void> {
  const step = await tx.get(StepRun, stepRunId);
  step.makeReady(tx.at);
  await tx.save(step);
}
