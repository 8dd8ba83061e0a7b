import { In } from 'typeorm';
import { type NewValues, type Page, type PageArguments, type UnitOfWork } from '#shared/database';
import { type TypedEvent } from '#shared/events';
import { newId } from '#shared/ids';
import { openStates } from '../machine';
import { advance, stepsOf } from './advance';
import { publishedDefinition } from './definition.service';
import { WorkflowInstance } from './instance.entity';
import { newStep } from './new-step';
import { StepRun } from './step-run.entity';
import { workflowMachine, type WorkflowStatus } from './workflow.codes';
import { announcementOf } from './workflow.events';

type Submission = TypedEvent<'clinical.case.submitted'>;

/** Starts the organisation's workflow for a submitted case, unless one of this case is still running. */
export async function startWorkflow(tx: UnitOfWork, event: Submission): Promise<void> {
  const { caseId } = event.data;
  if (await findRunning(tx, caseId)) return;
  const definition = await publishedDefinition(tx);
  const instance = await tx.create(WorkflowInstance, newInstance(event, definition, tx.at));
  for (const [position, step] of definition.steps.entries())
    await tx.create(StepRun, newStep(instance, step, position));
  await advance(tx, instance);
  const has = (kind: string): boolean => definition.steps.some((step) => step.kind === kind);
  const announcement = announcementOf(instance);
  await tx.publish('reviews.workflow.started', {
    ...announcement,
    data: { ...announcement.data, hasAiStep: has('AI_REVIEW'), hasHumanStep: has('HUMAN_REVIEW') },
  });
}

/** Ends a running workflow without a decision. */
export async function cancelWorkflow(tx: UnitOfWork, instance: WorkflowInstance): Promise<void> {
  for (const step of await stepsOf(tx, instance.id)) {
    if (step.isOver()) continue;
    step.cancel(tx.at);
    await tx.save(step);
  }
  instance.cancel(tx.at);
  await tx.save(instance);
  await tx.publish('reviews.workflow.cancelled', announcementOf(instance));
}

/** The running workflow of a case, if there is one. */
export async function findRunning(unit: UnitOfWork, caseId: string): Promise<WorkflowInstance | null> {
  return unit.findBy(WorkflowInstance, { caseId, status: In(openStates(workflowMachine)) });
}

function newInstance(
  { id: submissionId, data, correlationId }: Submission,
  definition: { readonly id: string; readonly key: string },
  startedAt: Date,
): NewValues<WorkflowInstance> {
  const { caseId, patientId, priority } = data;
  return {
    ...{ id: newId('wfi'), definitionId: definition.id, definitionKey: definition.key, submissionId },
    ...{ caseId, patientId, priority, status: 'RUNNING', startedAt, finishedAt: null, correlationId },
    ...{ fallbackReason: null, failure: null, moves: 0 },
  };
}

export async function countRunning(unit: UnitOfWork, definitionId: string): Promise<number> {
  return unit.count(WorkflowInstance, { definitionId, status: In(openStates(workflowMachine)) });
}

interface InstancePage extends PageArguments {
  readonly status: WorkflowStatus[] | null;
  readonly caseId: string | null;
}

/** Workflows, the latest first. */
export function pageOfInstances(unit: UnitOfWork, request: InstancePage): Promise<Page<WorkflowInstance>> {
  const { status, caseId, first, after } = request;
  const where = { ...(status && { status: In(status) }), ...(caseId !== null && { caseId }) };
  return unit.page(WorkflowInstance, { where, first: first ?? null, after: after ?? null });
}

/** Steps in the order of their definition, a fallback after them. */
export function inOrder(steps: readonly StepRun[]): StepRun[] {
  return [...steps].sort((one, other) => one.position - other.position);
}
