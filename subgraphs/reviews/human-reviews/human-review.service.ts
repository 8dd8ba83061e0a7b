import { In } from 'typeorm';
import { type UnitOfWork } from '#shared/database';
import { newId } from '#shared/ids';
import { durationMs, later } from '../duration';
import { openStates } from '../machine';
import { ensureQueue, defaultQueueKey } from '../queues/queue.service';
import { type WorkflowInstance } from '../workflows/instance.entity';
import { type StepRun } from '../workflows/step-run.entity';
import { logArrow } from './audit-log.service';
import { humanReviewMachine } from './human-review.codes';
import { HumanReview } from './human-review.entity';
import { announcementOf } from './human-review.events';

interface Opening {
  readonly step: StepRun;
  readonly instance: WorkflowInstance;
  readonly findingIds: string[];
}

/** Puts a case into the queue that its step names. */
export async function openHumanReview(tx: UnitOfWork, { step, instance, findingIds }: Opening): Promise<HumanReview> {
  const queue = await ensureQueue(tx, step.config['queueKey'] ?? defaultQueueKey);
  const { caseId, patientId, priority, fallbackReason } = instance;
  const dueAt = later(tx.at, durationMs(queue.firstReadSla));
  const review = await tx.create(HumanReview, {
    ...{
      id: newId('rev'),
      instanceId: instance.id,
      stepRunId: step.id,
      caseId,
      patientId,
      priority,
      findingIds,
      dueAt,
    },
    ...{ queueId: queue.id, queueKey: queue.key, readsRequired: queue.readsRequired, status: 'QUEUED', fallbackReason },
    ...{
      claimedBy: null,
      claimedByUserId: null,
      claimedAt: null,
      leaseExpiresAt: null,
      fencingToken: 0,
      decidedAt: null,
    },
  });
  await logArrow(tx, review, { from: null, to: 'QUEUED', reason: fallbackReason });
  await tx.publish('reviews.human_review.queued', announcementOf(review, { priority, dueAt: dueAt.toISOString() }));
  return review;
}

/** Ends the open reviews of a workflow that has been cancelled. */
export async function cancelHumanReviews(tx: UnitOfWork, instanceId: string, reason: string): Promise<void> {
  const open = { instanceId, status: In(openStates(humanReviewMachine)) };
  for (const review of await tx.list(HumanReview, open)) {
    const { status: from, claimedByUserId: userId } = review;
    review.cancel();
    await tx.save(review);
    await logArrow(tx, review, { from, to: 'CANCELLED', reason });
    await tx.publish('reviews.human_review.released', announcementOf(review, { userId, reason }));
  }
}
