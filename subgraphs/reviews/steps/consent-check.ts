import { type UnitOfWork } from '#shared/database';
import { requestAiReview } from '../ai-reviews/ai-review.service';
import { announceEnd } from '../ai-reviews/ai-review.events';
import { advance, stepsOf } from '../workflows/advance';
import { failStep } from '../workflows/step-failure';
import { type StepResult, type StepRows, type StepTask } from './step-result';

/** Asks whether AI may process the patient's images. Each AI review asks again just before it is submitted. */
export async function runConsentCheck({ step, instance, ports, unit }: StepTask): Promise<StepResult> {
  const permitted = await ports.cases.permitsAi(instance.patientId, unit.actor);
  if (permitted) return { kind: 'record', record: succeed };
  const mayAskAgain = step.onFailure === 'RETRY' && step.attempt < step.maxAttempts;
  return mayAskAgain
    ? { kind: 'retry', reason: 'CONSENT_REQUIRED', isCounted: true }
    : { kind: 'record', record: refuse };
}

async function succeed(tx: UnitOfWork, { step, instance }: StepRows): Promise<void> {
  step.succeed(tx.at, {});
  await tx.save(step);
  await advance(tx, instance);
}

async function refuse(tx: UnitOfWork, { step, instance }: StepRows): Promise<void> {
  await recordBlockedReviews(tx, { step, instance });
  await failStep(tx, { instance, step, reason: 'CONSENT_REQUIRED' });
}

/** The AI reviews that now cannot be are recorded as blocked, so that the case shows why there is none. */
async function recordBlockedReviews(tx: UnitOfWork, { step, instance }: StepRows): Promise<void> {
  for (const blocked of await stepsOf(tx, instance.id)) {
    const follows =
      blocked.kind === 'AI_REVIEW' && blocked.status === 'PENDING' && blocked.dependsOn.includes(step.key);
    // With SKIP the AI review still begins, and is blocked by its own question.
    if (!follows || step.onFailure === 'SKIP') continue;
    const review = await requestAiReview(tx, { instance, step: blocked, deadlineAt: tx.at });
    review.block(tx.at);
    await tx.save(review);
    await announceEnd(tx, review);
  }
}
