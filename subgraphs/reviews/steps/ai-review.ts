import { requestAiReview } from '../ai-reviews/ai-review.service';
import { durationMs, later } from '../duration';
import { advance } from '../workflows/advance';
import { type StepResult, type StepTask } from './step-result';

/** Asks for an AI review, which is then worked on by itself and ends the step. */
export function runAiReview({ ports }: StepTask): Promise<StepResult> {
  return Promise.resolve({
    kind: 'record',
    record: async (tx, { step, instance }) => {
      const timeoutMs = step.timeout === null ? ports.timings.aiTimeoutMs : durationMs(step.timeout);
      const { id } = await requestAiReview(tx, { instance, step, deadlineAt: later(tx.at, timeoutMs) });
      step.waitForOthers({ aiReviewId: id });
      await tx.save(step);
      await advance(tx, instance);
    },
  });
}
