import { type UnitOfWork } from '#shared/database';
import { advance, stepsOf } from './advance';
import { type WorkflowInstance } from './instance.entity';
import { fallbackStep, newStep } from './new-step';
import { StepRun } from './step-run.entity';
import { announcementOf } from './workflow.events';

/** A step that has failed for good, and why, as a code. */
export interface StepFailure {
  readonly instance: WorkflowInstance;
  readonly step: StepRun;
  readonly reason: string;
}

/** Ends a step without success and does what its definition says then. The caller's transaction. */
export async function failStep(tx: UnitOfWork, failure: StepFailure): Promise<void> {
  const { instance, step, reason } = failure;
  if (step.kind === 'HUMAN_REVIEW') return failWorkflow(tx, failure);
  if (step.onFailure !== 'SKIP') return fallBackToHuman(tx, failure);
  step.skip(tx.at, reason);
  await tx.save(step);
  await advance(tx, instance);
}

/**
 * Sees to it that a person decides: the human review that the workflow plans anyway, now without condition, or one added
 * for the purpose. AI steps that were to follow the failed one are skipped.
 */
export async function fallBackToHuman(tx: UnitOfWork, { instance, step, reason }: StepFailure): Promise<void> {
  step.fail(tx.at, reason);
  await tx.save(step);
  await skipDependentAiSteps(tx, await stepsOf(tx, instance.id), step.key);
  await requireHuman(tx, instance, reason);
  await advance(tx, instance);
}

/** Adds a human review unless one is planned or done. Call `advance` afterwards. @returns the key of that step */
export async function requireHuman(tx: UnitOfWork, instance: WorkflowInstance, reason: string): Promise<string> {
  const steps = await stepsOf(tx, instance.id);
  instance.fallbackReason ??= reason;
  const planned = steps.find(({ kind, status }) => kind === 'HUMAN_REVIEW' && status !== 'SKIPPED');
  if (planned) {
    planned.when = null;
    await tx.save(planned);
    return planned.key;
  }
  const key = freeKey('human-fallback', new Set(steps.map((step) => step.key)));
  await tx.create(StepRun, newStep(instance, fallbackStep(key), steps.length));
  const end = steps.find(({ kind, status }) => kind === 'CLINICAL_UPDATE' && status === 'PENDING');
  if (end) {
    end.waitAlsoFor([key]);
    await tx.save(end);
  }
  return key;
}

async function skipDependentAiSteps(tx: UnitOfWork, steps: readonly StepRun[], key: string): Promise<void> {
  for (const step of steps) {
    const isAi = step.kind === 'AI_REVIEW' || step.kind === 'CONSENT_CHECK';
    if (!isAi || step.status !== 'PENDING' || !step.dependsOn.includes(key)) continue;
    step.skip(tx.at);
    await tx.save(step);
    await skipDependentAiSteps(tx, steps, step.key);
  }
}

async function failWorkflow(tx: UnitOfWork, { instance, step, reason }: StepFailure): Promise<void> {
  step.fail(tx.at, reason);
  await tx.save(step);
  for (const other of await stepsOf(tx, instance.id)) {
    if (other.isOver()) continue;
    other.cancel(tx.at);
    await tx.save(other);
  }
  instance.fail(tx.at, reason);
  await tx.save(instance);
  const event = announcementOf(instance);
  await tx.publish('reviews.workflow.failed', { ...event, data: { ...event.data, reason } });
}

function freeKey(wanted: string, taken: ReadonlySet<string>): string {
  return taken.has(wanted) ? freeKey(`${wanted}-x`, taken) : wanted;
}
