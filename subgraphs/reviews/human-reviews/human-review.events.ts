import { type EventToPublish } from '#shared/database';
import { type EventType } from '#shared/events';
import { type HumanReview } from './human-review.entity';

type ReviewEvent = Extract<EventType, `reviews.human_review.${string}`>;

interface Facts {
  readonly patientId: string;
  readonly caseId: string;
  readonly reviewId: string;
  readonly queueKey: string;
}

/** A review's event with what is particular to it. The case is the aggregate. */
export function announcementOf<More extends object>(
  { id, caseId, patientId, queueKey }: HumanReview,
  more: More,
): Omit<EventToPublish<ReviewEvent>, 'data'> & { data: Facts & More } {
  const data = { patientId, caseId, reviewId: id, queueKey, ...more };
  return { resourceId: id, aggregate: { type: 'Case', id: caseId }, data };
}
