import { type UnitOfWork, retryStale } from '#shared/database';
import { DomainError, ForbiddenError, NotFoundError } from '#shared/errors';
import { type Actor } from '#shared/auth';
import { durationMs, later } from '../duration';
import { ReviewQueue } from '../queues/queue.entity';
import { logArrow } from './audit-log.service';
import { HumanReview, type Reader } from './human-review.entity';
import { announcementOf } from './human-review.events';

const candidatesAtOnce = 10;

/** The actor as a reader. @throws {ForbiddenError} when they are no practitioner. */
export function readerOf({ practitionerId, userId }: Actor): Reader {
  if (practitionerId === null || userId === null) throw new ForbiddenError('Only a practitioner reads cases');
  return { practitionerId, userId };
}

/**
 * Claims a review for the actor. One they hold already stays theirs by the same claim.
 * @throws {DomainError} FORBIDDEN; NOT_FOUND; ILLEGAL_TRANSITION when somebody else holds it or it is over.
 */
export async function claimReview(unit: UnitOfWork, id: string): Promise<HumanReview> {
  const reader = readerOf(unit.actor);
  return retryStale(() =>
    unit.transaction(async (tx) => {
      const review = await tx.get(HumanReview, id);
      if (review.hasLapsed(tx.at)) await giveBack(tx, review, lapsed);
      else if (review.status === 'CLAIMED' && review.claimedBy === reader.practitionerId) return review;
      return takeFor(tx, review, reader);
    }),
  );
}

/**
 * Claims the review of the queue that is due first. Many may ask at once: each candidate goes to whose conditional
 * update comes first, the others take the next.
 * @throws {DomainError} NOTHING_TO_CLAIM; NOT_FOUND without such a queue; FORBIDDEN.
 */
export async function claimNext(unit: UnitOfWork, queueKey: string): Promise<HumanReview> {
  const reader = readerOf(unit.actor);
  const queue = await unit.findBy(ReviewQueue, { key: queueKey });
  if (!queue) throw new NotFoundError('ReviewQueue');
  const waiting = { queueId: queue.id, status: 'QUEUED' } as const;
  for (;;) {
    const candidates = await unit.list(HumanReview, waiting, {
      order: { dueAt: 'ASC', id: 'ASC' },
      take: candidatesAtOnce,
    });
    if (candidates.length === 0) throw new DomainError('NOTHING_TO_CLAIM', 'No review waits in this queue');
    for (const candidate of candidates) {
      const claimed = await tryToTake(unit, candidate.id, reader);
      if (claimed) return claimed;
    }
  }
}

/** @throws {DomainError} CLAIM_LOST; NOT_FOUND; FORBIDDEN. */
export async function extendClaim(unit: UnitOfWork, id: string, fencingToken: number): Promise<HumanReview> {
  const reader = readerOf(unit.actor);
  return retryStale(() =>
    unit.transaction(async (tx) => {
      const review = await tx.get(HumanReview, id);
      review.assertHeldBy(reader, tx.at, fencingToken);
      review.extend(await leaseEnd(tx, review));
      return tx.save(review);
    }),
  );
}

/** @throws {DomainError} CLAIM_LOST; NOT_FOUND; FORBIDDEN. */
export async function releaseReview(unit: UnitOfWork, id: string, reason: string): Promise<HumanReview> {
  const reader = readerOf(unit.actor);
  return retryStale(() =>
    unit.transaction(async (tx) => {
      const review = await tx.get(HumanReview, id);
      review.assertHeldBy(reader, tx.at, null);
      return giveBack(tx, review, { code: 'RELEASED_BY_READER', words: reason });
    }),
  );
}

/** Puts a review whose claim has lapsed back into its queue. @returns false when it is claimed anew or over. */
export async function releaseLapsed(unit: UnitOfWork, id: string): Promise<boolean> {
  return retryStale(() =>
    unit.transaction(async (tx) => {
      const review = await tx.get(HumanReview, id);
      if (review.status !== 'CLAIMED' || !review.hasLapsed(tx.at)) return false;
      await giveBack(tx, review, lapsed);
      return true;
    }),
  );
}

async function tryToTake(unit: UnitOfWork, id: string, reader: Reader): Promise<HumanReview | null> {
  try {
    return await unit.transaction(async (tx) => takeFor(tx, await tx.get(HumanReview, id), reader));
  } catch (error) {
    if (error instanceof DomainError && (error.code === 'STALE_VERSION' || error.code === 'ILLEGAL_TRANSITION'))
      return null;
    throw error;
  }
}

async function takeFor(tx: UnitOfWork, review: HumanReview, reader: Reader): Promise<HumanReview> {
  review.claim(reader, tx.at, await leaseEnd(tx, review));
  await tx.save(review);
  await logArrow(tx, review, { from: 'QUEUED', to: 'CLAIMED' });
  await tx.publish('reviews.human_review.claimed', announcementOf(review, { userId: reader.userId }));
  return review;
}

interface ReleaseReason {
  readonly code: string;
  /** What the reader says; may be about the patient. */
  readonly words: string;
}

const lapsed: ReleaseReason = { code: 'LEASE_LAPSED', words: 'LEASE_LAPSED' };

async function giveBack(tx: UnitOfWork, review: HumanReview, { code, words }: ReleaseReason): Promise<HumanReview> {
  const userId = review.claimedByUserId;
  review.release();
  await tx.save(review);
  await logArrow(tx, review, { from: 'CLAIMED', to: 'RELEASED', reason: words });
  await logArrow(tx, review, { from: 'RELEASED', to: 'QUEUED' });
  await tx.publish('reviews.human_review.released', announcementOf(review, { userId, reason: code }));
  return review;
}

async function leaseEnd(tx: UnitOfWork, review: HumanReview): Promise<Date> {
  const { claimLease } = await tx.get(ReviewQueue, review.queueId);
  return later(tx.at, durationMs(claimLease));
}
