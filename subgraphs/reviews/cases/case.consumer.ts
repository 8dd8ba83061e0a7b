import { defineConsumer } from '#shared/subgraph';
import { cancelAiReviews } from '../ai-reviews/ai-review.service';
import { cancelHumanReviews } from '../human-reviews/human-review.service';
import { type ReviewsPorts } from '../ports';
import { cancelWorkflow, findRunning, startWorkflow } from '../workflows/workflow.service';

/** A submitted case goes through the organisation's workflow. */
export const startReviews = defineConsumer<'clinical.case.submitted', ReviewsPorts>({
  name: 'start-reviews',
  types: ['clinical.case.submitted'],
  handle: (event, { unit }) => startWorkflow(unit, event),
});

/** A cancelled case needs no decision any more. */
export const cancelReviews = defineConsumer<'clinical.case.cancelled', ReviewsPorts>({
  name: 'cancel-reviews',
  types: ['clinical.case.cancelled'],
  async handle(event, { unit }) {
    const instance = await findRunning(unit, event.data.caseId);
    if (!instance) return;
    await cancelAiReviews(unit, { instanceId: instance.id }, { reason: 'CASE_CANCELLED', goOn: false });
    await cancelHumanReviews(unit, instance.id, 'CASE_CANCELLED');
    await cancelWorkflow(unit, instance);
  },
});

/** AI stops looking at a patient's images when they no longer let it; a person goes on. */
export const stopAiReviews = defineConsumer<'consent.record.withdrawn', ReviewsPorts>({
  name: 'stop-ai-reviews',
  types: ['consent.record.withdrawn'],
  async handle({ data: { patientId, purpose } }, { unit }) {
    if (purpose !== 'AI_ANALYSIS') return;
    await cancelAiReviews(unit, { patientId }, { reason: 'CONSENT_WITHDRAWN', goOn: true });
  },
});
