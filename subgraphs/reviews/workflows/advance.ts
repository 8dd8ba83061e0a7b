import { type UnitOfWork } from '#shared/database';
import { holds, parseCondition } from './condition';
import { factsOf } from './facts';
import { type WorkflowInstance } from './instance.entity';
import { StepRun } from './step-run.entity';

export async function stepsOf(unit: UnitOfWork, instanceId: string): Promise<StepRun[]> {
  return unit.list(StepRun, { instanceId }, { order: { position: 'ASC' } });
}

/**
 * Lets begin what waits for nothing any more, and skips what its condition rules out. Call it in the transaction that
 * moved a step: the instance's row is written each time, so of two transactions that move it at once one begins anew.
 */
export async function advance(tx: UnitOfWork, instance: WorkflowInstance): Promise<void> {
  const steps = await stepsOf(tx, instance.id);
  for (let moved = true; moved;) {
    moved = false;
    for (const step of steps.filter((candidate) => canBegin(candidate, steps))) {
      await begin(tx, instance, step);
      moved = true;
    }
  }
  instance.move(steps.some(({ status }) => status === 'READY' || status === 'RUNNING'));
  await tx.save(instance);
}

function canBegin(step: StepRun, steps: readonly StepRun[]): boolean {
  if (step.status !== 'PENDING') return false;
  return steps.every((other) => !step.dependsOn.includes(other.key) || other.isOver());
}

async function begin(tx: UnitOfWork, instance: WorkflowInstance, step: StepRun): Promise<void> {
  const wanted = step.when === null || holds(parseCondition(step.when), await factsOf(tx, instance));
  if (wanted) step.makeReady(tx.at);
  else step.skip(tx.at);
  await tx.save(step);
}
