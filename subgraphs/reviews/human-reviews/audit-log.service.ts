import { type UnitOfWork } from '#shared/database';
import { snapshotOf } from '#shared/graphql';
import { newId } from '#shared/ids';
import { ReviewAuditLog } from './audit-log.entity';
import { type HumanReviewStatus } from './human-review.codes';
import { type HumanReview } from './human-review.entity';

interface Arrow {
  readonly from: HumanReviewStatus | null;
  readonly to: HumanReviewStatus;
  readonly reason?: string | null;
}

/** Writes down an arrow of the review, in the transaction that takes it. */
export async function logArrow(tx: UnitOfWork, review: HumanReview, { from, to, reason = null }: Arrow): Promise<void> {
  const { id: reviewId, patientId } = review;
  const entry = { id: newId('ral'), reviewId, patientId, at: tx.at, actor: snapshotOf(tx.actor) };
  await tx.create(ReviewAuditLog, { ...entry, from, to, reason });
}
