import { In } from 'typeorm';
import { type UnitOfWork, retryStale } from '#shared/database';
import { newId } from '#shared/ids';
import { openStates } from '../machine';
import { advance } from '../workflows/advance';
import { WorkflowInstance } from '../workflows/instance.entity';
import { failStep } from '../workflows/step-failure';
import { StepRun } from '../workflows/step-run.entity';
import { type AiReviewResult } from './ai-result.types';
import { aiReviewMachine } from './ai-review.codes';
import { AiReview } from './ai-review.entity';
import { announceEnd, announceRequested } from './ai-review.events';
import { type AiAnswer, type AiAssessment } from './provider';
import { type RetryPolicy } from './retry.policy';

/** Asks for a review of the step's case; a worker takes it from there. */
export async function requestAiReview(
  tx: UnitOfWork,
  { instance, step, deadlineAt }: { instance: WorkflowInstance; step: StepRun; deadlineAt: Date },
): Promise<AiReview> {
  const { caseId, patientId, correlationId } = instance;
  const review = await tx.create(AiReview, {
    ...{ id: newId('air'), instanceId: instance.id, stepRunId: step.id, caseId, patientId, correlationId },
    ...{
      status: 'REQUESTED',
      externalCaseId: null,
      submissionNumber: 1,
      failedAttempts: 0,
      maxAttempts: step.maxAttempts,
    },
    ...{
      imageHashes: [],
      inputsExcluded: [],
      submission: null,
      result: null,
      failure: null,
      polls: 0,
      fencingToken: 0,
    },
    ...{ requestedAt: tx.at, startedAt: null, completedAt: null, deadlineAt, dueAt: tx.at },
  });
  await announceRequested(tx, review);
  return review;
}

/**
 * Changes a review in a transaction, unless it is over already; when the change ends it, its workflow goes on.
 * @returns false when it was over, so that nothing has changed.
 */
export async function changeAiReview(
  unit: UnitOfWork,
  id: string,
  change: (review: AiReview) => boolean,
): Promise<boolean> {
  return retryStale(() =>
    unit.transaction(async (tx) => {
      const review = await tx.get(AiReview, id);
      if (review.isOver() || !change(review)) return false;
      await tx.save(review);
      if (review.isOver()) await conclude(tx, review);
      return true;
    }),
  );
}

/** Ends the open AI reviews of a patient or a workflow. Their workflows go on with a person, unless told otherwise. */
export async function cancelAiReviews(
  tx: UnitOfWork,
  of: { patientId: string } | { instanceId: string },
  { reason, goOn }: { reason: string; goOn: boolean },
): Promise<void> {
  for (const review of await tx.list(AiReview, { ...of, status: In(openStates(aiReviewMachine)) })) {
    review.cancel(tx.at, reason);
    await tx.save(review);
    if (goOn) await conclude(tx, review);
    else await announceEnd(tx, review);
  }
}

/** Writes what the provider has answered into the review. @returns whether it is an answer to what was asked */
export function applyAnswer(
  review: AiReview,
  answer: AiAnswer,
  { at, retry }: { at: Date; retry: RetryPolicy },
): boolean {
  switch (answer.status) {
    case 'PROCESSING':
      review.stillProcessing(retry.nextPoll(review, at));
      return true;
    case 'COMPLETED':
      if (!answersAll(review, answer.assessment))
        retry.failAttempt(review, { at, reason: 'ANSWER_INVALID', anew: true });
      else review.complete(at, resultOf(answer.assessment));
      return true;
    case 'FAILED':
      retry.failAttempt(review, { at, reason: answer.reason, anew: true });
      return true;
  }
}

async function conclude(tx: UnitOfWork, review: AiReview): Promise<void> {
  await announceEnd(tx, review);
  const step = await tx.get(StepRun, review.stepRunId);
  const instance = await tx.get(WorkflowInstance, review.instanceId);
  if (step.isOver() || instance.isOver()) return;
  if (review.status !== 'COMPLETED') return failStep(tx, { instance, step, reason: review.failure ?? review.status });
  step.succeed(tx.at, { aiReviewId: review.id });
  await tx.save(step);
  await advance(tx, instance);
}

/** An answer that leaves a finding out, or speaks of another case's, is none. */
function answersAll(review: AiReview, { lesions }: AiAssessment): boolean {
  const asked = new Set((review.submission?.lesions ?? []).map(({ findingReference }) => findingReference));
  const answered = new Set(lesions.map(({ findingReference }) => findingReference));
  return asked.size > 0 && asked.size === answered.size && [...asked].every((id) => answered.has(id));
}

function resultOf({ lesions, warnings, ...overall }: AiAssessment): AiReviewResult {
  return {
    ...overall,
    warnings: [...warnings],
    lesions: lesions.map(({ findingReference: findingId, ...lesion }) => ({ ...lesion, id: newId('ail'), findingId })),
  };
}
