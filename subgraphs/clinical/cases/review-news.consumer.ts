import { type UnitOfWork } from '#shared/database';
import { type EventType, isEvent, type PlatformEvent, type TypedEvent } from '#shared/events';
import { type Consumer } from '#shared/subgraph';
import { requestImport } from '../diagnoses/import.service';
import { type ClinicalPorts } from '../ports';
import { noteInTimeline } from '../timeline/timeline.service';
import { announcement } from './case-events';
import { Case } from './case.entity';
import { canMove, type CaseTrigger } from './case.machine';
import { moveCase } from './case.service';

const types = [
  'reviews.workflow.started',
  'reviews.human_review.queued',
  'reviews.ai_review.completed',
  'reviews.decision.final',
] as const satisfies readonly EventType[];

/** Lets a case follow its review. News may come late, twice or out of order: what no longer fits changes nothing. */
export const followReviews: Consumer<ClinicalPorts> = {
  name: 'follow-reviews',
  types,
  async handle(event, { unit }) {
    const caseId = event.data['caseId'];
    const skinCase = typeof caseId === 'string' ? await unit.find(Case, caseId) : null;
    if (skinCase) await follow(unit, skinCase, event);
  },
};

async function follow(unit: UnitOfWork, skinCase: Case, event: PlatformEvent): Promise<void> {
  if (isEvent(event, 'reviews.workflow.started')) {
    const { hasAiStep, hasHumanStep } = event.data;
    if (hasAiStep) await progress(unit, skinCase, 'BEGIN_AI_REVIEW');
    else if (hasHumanStep) await progress(unit, skinCase, 'BEGIN_HUMAN_REVIEW');
  } else if (isEvent(event, 'reviews.human_review.queued')) {
    await progress(unit, skinCase, 'BEGIN_HUMAN_REVIEW');
  } else if (isEvent(event, 'reviews.ai_review.completed')) {
    if (skinCase.status !== 'CANCELLED')
      await requestImport(unit, skinCase, { source: 'AI', reviewRef: event.data.aiReviewId });
  } else if (isEvent(event, 'reviews.decision.final')) {
    await takeDecision(unit, skinCase, event);
  }
}

async function progress(unit: UnitOfWork, skinCase: Case, trigger: CaseTrigger): Promise<void> {
  if (!canMove(skinCase.status, trigger)) return;
  const from = skinCase.status;
  const { status: to } = await moveCase(unit, skinCase, trigger);
  await unit.publish('clinical.case.status_changed', announcement(skinCase, { from, to }));
}

async function takeDecision(
  unit: UnitOfWork,
  skinCase: Case,
  event: TypedEvent<'reviews.decision.final'>,
): Promise<void> {
  const { management, decidedBy, reviewId } = event.data;
  if (skinCase.status === 'CANCELLED')
    return noteInTimeline(unit, skinCase, { type: 'DECISION_IGNORED', to: management });
  if (!canMove(skinCase.status, 'DECIDE')) return;
  const from = skinCase.decide({ management, decidedBy }, unit.at);
  await unit.save(skinCase);
  await noteInTimeline(unit, skinCase, { type: 'STATUS_CHANGED', from, to: skinCase.status });
  await noteInTimeline(unit, skinCase, { type: 'OUTCOME_RECORDED', to: management });
  if (reviewId !== null) await requestImport(unit, skinCase, { source: 'HUMAN', reviewRef: reviewId });
  const { referrerUserId } = skinCase;
  await unit.publish('clinical.case.decided', announcement(skinCase, { management, decidedBy, referrerUserId }));
}
