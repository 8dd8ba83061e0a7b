import { type UnitOfWork } from '#shared/database';
import { HumanReview } from '../human-reviews/human-review.entity';
import { openHumanReview } from '../human-reviews/human-review.service';
import { advance } from '../workflows/advance';
import { failStep } from '../workflows/step-failure';
import { type StepResult, type StepRows, type StepTask } from './step-result';

/** Puts the case into a queue of readers; who decides it ends the step. */
export async function runHumanReview({ step, instance, ports, unit }: StepTask): Promise<StepResult> {
  if (step.output !== null) return { kind: 'record', record: takeNote };
  const findingIds = await ports.cases.findingIds(instance.caseId, unit.actor);
  if (findingIds === null) return caseIsMissing(step.onFailure === 'RETRY' && step.attempt < step.maxAttempts);
  return {
    kind: 'record',
    record: async (tx, rows) => {
      const review = await openHumanReview(tx, { ...rows, findingIds });
      rows.step.waitForOthers({ humanReviewId: review.id });
      await tx.save(rows.step);
      await advance(tx, rows.instance);
    },
  };
}

/** The review was opened before; what has become of it? */
async function takeNote(tx: UnitOfWork, { step, instance }: StepRows): Promise<void> {
  const output = step.output ?? {};
  const review = await tx.get(HumanReview, output['humanReviewId'] ?? '');
  if (review.status === 'DECIDED') step.succeed(tx.at, output);
  else step.waitForOthers(output);
  await tx.save(step);
  await advance(tx, instance);
}

function caseIsMissing(mayTryAgain: boolean): StepResult {
  const reason = 'CASE_NOT_FOUND';
  if (mayTryAgain) return { kind: 'retry', reason, isCounted: true };
  return { kind: 'record', record: (tx, rows) => failStep(tx, { ...rows, reason }) };
}
