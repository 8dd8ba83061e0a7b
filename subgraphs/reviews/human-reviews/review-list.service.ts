import { In } from 'typeorm';
import { type Page, type PageArguments, type UnitOfWork } from '#shared/database';
import { readerOf } from './claim.service';
import { type HumanReviewStatus } from './human-review.codes';
import { HumanReview } from './human-review.entity';
import { type ReviewClaim } from './human-review.types';

/** @throws {DomainError} FORBIDDEN when the actor is no practitioner. */
export async function listMyReviews(unit: UnitOfWork, status: HumanReviewStatus[] | null): Promise<HumanReview[]> {
  const { practitionerId: claimedBy } = readerOf(unit.actor);
  const where = { claimedBy, ...(status && { status: In(status) }) };
  return unit.list(HumanReview, where, { order: { claimedAt: 'DESC' }, take: 100 });
}

interface QueuePage extends PageArguments {
  readonly queueId: string;
  readonly status: readonly HumanReviewStatus[];
}

/** The reviews of a queue, those due first at the top. */
export function pageOfQueue(
  unit: UnitOfWork,
  { queueId, status, first, after }: QueuePage,
): Promise<Page<HumanReview>> {
  const page = { first: first ?? null, after: after ?? null, orderBy: 'dueAt', direction: 'ASC' } as const;
  return unit.page(HumanReview, { ...page, where: { queueId, status: In([...status]) } });
}

export function claimOf({ claimedBy, claimedAt, leaseExpiresAt, fencingToken }: HumanReview): ReviewClaim | null {
  if (claimedBy === null || claimedAt === null || leaseExpiresAt === null) return null;
  return { reader: { id: claimedBy }, claimedAt, leaseExpiresAt, fencingToken };
}
