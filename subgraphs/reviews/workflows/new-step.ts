import { type NewValues } from '#shared/database';
import { newId } from '#shared/ids';
import { type WorkflowInstance } from './instance.entity';
import { type StepRun } from './step-run.entity';
import { type WorkflowStepDefinition } from './step-spec';

/** A step of an instance, not yet begun. It copies its definition, so that a running workflow needs no other row. */
export function newStep(
  instance: WorkflowInstance,
  definition: WorkflowStepDefinition,
  position: number,
): NewValues<StepRun> {
  const { key, kind, dependsOn, when, timeout, maxAttempts, config, onFailure } = definition;
  return {
    ...{ key, kind, dependsOn, when, timeout, maxAttempts, config, onFailure },
    ...{ id: newId('stp'), instanceId: instance.id, position, status: 'PENDING' },
    ...{ attempt: 0, fencingToken: 0, startedAt: null, dueAt: null, finishedAt: null, error: null, output: null },
    correlationId: instance.correlationId,
  };
}

/** The review by a person that a workflow gets when its AI steps come to nothing. */
export function fallbackStep(key: string): WorkflowStepDefinition {
  return {
    ...{ key, kind: 'HUMAN_REVIEW', dependsOn: [], when: null, timeout: null, maxAttempts: 5 },
    ...{ config: { queueKey: 'dermatology' }, onFailure: 'RETRY' },
  };
}
