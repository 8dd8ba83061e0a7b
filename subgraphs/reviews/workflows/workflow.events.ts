import { type EventToPublish } from '#shared/database';
import { type WorkflowInstance } from './instance.entity';

/** The case is the aggregate: whoever follows a case sees its review in order. */
export function announcementOf(instance: WorkflowInstance): EventToPublish<'reviews.workflow.completed'> {
  const { id, caseId, patientId, definitionKey } = instance;
  const data = { patientId, caseId, workflowId: id, definition: definitionKey.toUpperCase() };
  return { resourceId: id, aggregate: { type: 'Case', id: caseId }, data };
}
