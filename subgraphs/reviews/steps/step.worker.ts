import { type UnitOfWork, retryStale } from '#shared/database';
import { DomainError } from '#shared/errors';
import { type Worker, type WorkerContext } from '#shared/subgraph';
import { backoffMs } from '../ai-reviews/retry.policy';
import { claim, findDue, onBehalfOf } from '../claim';
import { later } from '../duration';
import { type ReviewsPorts } from '../ports';
import { WorkflowInstance } from '../workflows/instance.entity';
import { failStep } from '../workflows/step-failure';
import { StepRun } from '../workflows/step-run.entity';
import { type StepKind } from '../workflows/workflow.codes';
import { runAiReview } from './ai-review';
import { runClinicalUpdate } from './clinical-update';
import { runConsentCheck } from './consent-check';
import { runHumanReview } from './human-review';
import { type StepResult, type StepRows, type StepRunner, type StepTask } from './step-result';

const runners: Readonly<Record<StepKind, StepRunner>> = {
  CONSENT_CHECK: runConsentCheck,
  AI_REVIEW: runAiReview,
  HUMAN_REVIEW: runHumanReview,
  CLINICAL_UPDATE: runClinicalUpdate,
};

/**
 * Runs steps that are ready. The slow part of a step only reads; all it changes is recorded in one transaction that first
 * looks whether the claim still holds. So a step that is run twice, or half, takes effect once.
 */
export const stepWorker: Worker<ReviewsPorts> = {
  name: 'steps',
  pollMs: 200,
  async run(context) {
    const due = await findDue(context.system, StepRun, { statuses: ['READY', 'RUNNING'], at: new Date() });
    const done = await Promise.all(due.map((row) => onBehalfOf(row, 'reviews.step', () => workOn(row, context))));
    return done.filter(Boolean).length;
  },
};

async function workOn(row: StepRun, { system, ports, log }: WorkerContext<ReviewsPorts>): Promise<boolean> {
  const unit = system.unitFor(row, new Date());
  const { leaseMs } = ports.timings;
  const token = await claim(unit, StepRun, { row, leaseMs, values: { status: 'RUNNING' } });
  if (token === null) return false;
  try {
    const task = await begin(unit, row.id, ports);
    const result = await runners[task.step.kind](task).catch(asRetry(task));
    await record(system.unitFor(row, new Date()), { ...task, token }, result);
  } catch (error) {
    // The lease lapses and the step is due again.
    log.error({ err: error, stepId: row.id }, 'A workflow step could not be run');
  }
  return true;
}

async function begin(unit: UnitOfWork, id: string, ports: ReviewsPorts): Promise<StepTask> {
  const step = await unit.get(StepRun, id);
  const begun = { attempt: step.attempt + 1, startedAt: step.startedAt ?? unit.at };
  await unit.updateWhere(StepRun, { id, fencingToken: step.fencingToken }, begun);
  const instance = await unit.get(WorkflowInstance, step.instanceId);
  return { unit, ports, instance, step: Object.assign(step, begun) };
}

/** An outage is waited for without counting, except where a person can step in for the AI. */
function asRetry({ step }: StepTask): (error: unknown) => StepResult {
  return (error) => {
    if (!(error instanceof DomainError)) throw error;
    return { kind: 'retry', reason: error.code, isCounted: step.kind === 'CONSENT_CHECK' };
  };
}

async function record(
  unit: UnitOfWork,
  task: StepTask & { readonly token: number },
  result: StepResult,
): Promise<void> {
  await retryStale(() =>
    unit.transaction(async (tx) => {
      const step = await tx.get(StepRun, task.step.id);
      const instance = await tx.get(WorkflowInstance, step.instanceId);
      if (step.fencingToken !== task.token || step.isOver() || instance.isOver()) return;
      if (result.kind === 'record') await result.record(tx, { step, instance });
      else await retry(tx, { step, instance }, { ...result, baseMs: task.ports.timings.retryBaseMs });
    }),
  );
}

async function retry(
  tx: UnitOfWork,
  { step, instance }: StepRows,
  { reason, isCounted, baseMs }: { reason: string; isCounted: boolean; baseMs: number },
): Promise<void> {
  if (isCounted && step.attempt >= step.maxAttempts) return failStep(tx, { step, instance, reason });
  step.makeReady(later(tx.at, backoffMs(baseMs, Math.min(step.attempt, 5), Math.random)));
  step.error = reason;
  await tx.save(step);
}
