import { type UnitOfWork } from '#shared/database';
import { type EventDataOf } from '#shared/events';
import { type ManagementPlan } from '../outcomes/outcome.codes';
import { advance } from '../workflows/advance';
import { findingsOf, type Findings } from '../workflows/facts';
import { requireHuman } from '../workflows/step-failure';
import { announcementOf } from '../workflows/workflow.events';
import { type StepResult, type StepRows, type StepTask } from './step-result';

type Decision = Omit<EventDataOf<'reviews.decision.final'>, 'patientId' | 'caseId'>;

/** Decides the case from what its workflow has found, once, and announces it. */
export function runClinicalUpdate(_task: StepTask): Promise<StepResult> {
  return Promise.resolve({ kind: 'record', record: decide });
}

async function decide(tx: UnitOfWork, { step, instance }: StepRows): Promise<void> {
  const decision = decisionFrom(
    await findingsOf(tx, instance.id),
    step.config['management'] as ManagementPlan | undefined,
  );
  if (!decision) {
    step.postponeUntil([await requireHuman(tx, instance, 'NO_DECISION')]);
    await tx.save(step);
    return advance(tx, instance);
  }
  step.succeed(tx.at, { decidedBy: decision.decidedBy });
  await tx.save(step);
  instance.complete(tx.at);
  await tx.save(instance);
  const event = announcementOf(instance);
  const { patientId, caseId } = instance;
  await tx.publish('reviews.decision.final', { ...event, data: { patientId, caseId, ...decision } });
  await tx.publish('reviews.workflow.completed', event);
}

/** A person's decision comes before the AI's, and that before the one the definition holds for every case. */
function decisionFrom({ human, ai }: Findings, fixed: ManagementPlan | undefined): Decision | null {
  const summary = human?.summary();
  if (human && summary) {
    const decidedBy = ai ? 'AI_WITH_SECOND_READ' : 'HUMAN';
    return { ...summary, decidedBy, reviewId: human.reviewId, aiReviewId: ai?.id ?? null };
  }
  if (ai?.result) {
    const { management, overallClass, overallMalignancy: malignancy } = ai.result;
    return { management, overallClass, malignancy, decidedBy: 'AI', reviewId: null, aiReviewId: ai.id };
  }
  if (fixed === undefined) return null;
  // Nobody has looked at this case: people decided beforehand what becomes of every case of the kind.
  const unknown = {
    overallClass: 'INDETERMINATE',
    malignancy: 'INDETERMINATE',
    reviewId: null,
    aiReviewId: null,
  } as const;
  return { management: fixed, decidedBy: 'RULE', ...unknown };
}
