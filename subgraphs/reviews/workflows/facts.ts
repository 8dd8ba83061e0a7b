import { type UnitOfWork } from '#shared/database';
import { AiReview } from '../ai-reviews/ai-review.entity';
import { ReviewDecision } from '../human-reviews/decision.entity';
import { type Facts } from './condition';
import { type WorkflowInstance } from './instance.entity';

/** What the workflow of a case has found out so far. */
export interface Findings {
  readonly ai: AiReview | null;
  readonly human: ReviewDecision | null;
}

/** The completed AI review and the reader's decision of one instance, if there are any. */
export async function findingsOf(unit: UnitOfWork, instanceId: string): Promise<Findings> {
  const ai = await unit.findBy(AiReview, { instanceId, status: 'COMPLETED' });
  const human = await unit.findBy(ReviewDecision, { instanceId });
  return { ai, human };
}

export async function factsOf(unit: UnitOfWork, instance: WorkflowInstance): Promise<Facts> {
  const { ai, human } = await findingsOf(unit, instance.id);
  const summary = human?.summary();
  return {
    'case.priority': instance.priority,
    ...(ai?.result && {
      'ai.class': ai.result.overallClass,
      'ai.malignancy': ai.result.overallMalignancy,
      'ai.management': ai.result.management,
    }),
    ...(summary && {
      'human.class': summary.overallClass,
      'human.malignancy': summary.malignancy,
      'human.management': summary.management,
    }),
  };
}
