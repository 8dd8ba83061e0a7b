import { enumOf } from '#shared/graphql';
import { type Machine } from '../machine';

export const definitionStatuses = ['DRAFT', 'PUBLISHED', 'RETIRED'] as const;
export type DefinitionStatus = (typeof definitionStatuses)[number];
export const DefinitionStatusEnum = enumOf('WorkflowDefinitionStatus', definitionStatuses);

export const definitionMachine: Machine<DefinitionStatus, 'publish' | 'retire'> = {
  DRAFT: { publish: 'PUBLISHED' },
  PUBLISHED: { retire: 'RETIRED' },
  RETIRED: {},
};

export const stepKinds = ['CONSENT_CHECK', 'AI_REVIEW', 'HUMAN_REVIEW', 'CLINICAL_UPDATE'] as const;
export type StepKind = (typeof stepKinds)[number];
export const StepKindEnum = enumOf('StepKind', stepKinds);

export const failurePolicies = ['FAIL', 'RETRY', 'SKIP', 'FALL_BACK_TO_HUMAN'] as const;
export type FailurePolicy = (typeof failurePolicies)[number];
export const FailurePolicyEnum = enumOf('FailurePolicy', failurePolicies);

export const workflowStatuses = ['RUNNING', 'WAITING', 'COMPLETED', 'FAILED', 'CANCELLED'] as const;
export type WorkflowStatus = (typeof workflowStatuses)[number];
export const WorkflowStatusEnum = enumOf('WorkflowStatus', workflowStatuses);

type WorkflowTrigger = 'run' | 'wait' | 'complete' | 'fail' | 'cancel';
const endings = { complete: 'COMPLETED', fail: 'FAILED', cancel: 'CANCELLED' } as const;

export const workflowMachine: Machine<WorkflowStatus, WorkflowTrigger> = {
  RUNNING: { ...endings, run: 'RUNNING', wait: 'WAITING' },
  WAITING: { ...endings, run: 'RUNNING', wait: 'WAITING' },
  COMPLETED: {},
  FAILED: {},
  CANCELLED: {},
};

export const stepStatuses = [
  ...(['PENDING', 'READY', 'RUNNING', 'WAITING_EXTERNAL', 'SUCCEEDED', 'FAILED', 'SKIPPED', 'TIMED_OUT'] as const),
  'CANCELLED',
] as const;
export type StepStatus = (typeof stepStatuses)[number];
export const StepStatusEnum = enumOf('StepStatus', stepStatuses);

type StepTrigger = 'ready' | 'skip' | 'claim' | 'wait' | 'succeed' | 'fail' | 'timeOut' | 'cancel' | 'postpone';
const ends = {
  succeed: 'SUCCEEDED',
  fail: 'FAILED',
  skip: 'SKIPPED',
  timeOut: 'TIMED_OUT',
  cancel: 'CANCELLED',
} as const;

export const stepMachine: Machine<StepStatus, StepTrigger> = {
  PENDING: { ready: 'READY', skip: 'SKIPPED', cancel: 'CANCELLED' },
  READY: { claim: 'RUNNING', cancel: 'CANCELLED' },
  // A lapsed lease lets another worker claim a step that is running; `postpone` sends it back to wait for something.
  RUNNING: { ...ends, claim: 'RUNNING', ready: 'READY', wait: 'WAITING_EXTERNAL', postpone: 'PENDING' },
  // Whoever was waited for has done their part: a worker takes note.
  WAITING_EXTERNAL: { ...ends, ready: 'READY' },
  SUCCEEDED: {},
  FAILED: {},
  SKIPPED: {},
  TIMED_OUT: {},
  CANCELLED: {},
};
