import { type EventToPublish, type UnitOfWork } from '#shared/database';
import { type AiReview } from './ai-review.entity';

function announcementOf({ id, caseId, patientId }: AiReview): EventToPublish<'reviews.ai_review.requested'> {
  const data = { patientId, caseId, aiReviewId: id };
  return { resourceId: id, aggregate: { type: 'Case', id: caseId }, data };
}

export function announceRequested(tx: UnitOfWork, review: AiReview): Promise<void> {
  return tx.publish('reviews.ai_review.requested', announcementOf(review));
}

/** Says how a review has ended. */
export async function announceEnd(tx: UnitOfWork, review: AiReview): Promise<void> {
  const event = announcementOf(review);
  const { status, result, failedAttempts: attempts } = review;
  const reason = review.failure ?? status;
  if (status === 'COMPLETED' && result) {
    const { overallClass, overallMalignancy: malignancy, management } = result;
    return tx.publish('reviews.ai_review.completed', {
      ...event,
      data: { ...event.data, overallClass, malignancy, management },
    });
  }
  if (status === 'BLOCKED_BY_CONSENT' || reason === 'CONSENT_WITHDRAWN') {
    return tx.publish('reviews.ai_review.blocked', { ...event, data: { ...event.data, reason } });
  }
  return tx.publish('reviews.ai_review.failed', { ...event, data: { ...event.data, reason, attempts } });
}
