import { type UnitOfWork } from '#shared/database';
import { type ReviewsPorts } from '../ports';
import { type WorkflowInstance } from '../workflows/instance.entity';
import { type StepRun } from '../workflows/step-run.entity';

/** A step at hand, read before its slow part begins. */
export interface StepTask {
  readonly step: StepRun;
  readonly instance: WorkflowInstance;
  readonly ports: ReviewsPorts;
  /** Outside any transaction. */
  readonly unit: UnitOfWork;
}

/** The rows of a step as they are in the transaction that records it. */
export interface StepRows {
  readonly step: StepRun;
  readonly instance: WorkflowInstance;
}

/** What a step's slow part has come to. */
export type StepResult =
  /** Done in one transaction, which also lets the workflow go on. */
  | { readonly kind: 'record'; readonly record: (tx: UnitOfWork, rows: StepRows) => Promise<void> }
  /** To be tried again: while attempts are left, or for ever when the world outside is at fault and nobody else can help. */
  | { readonly kind: 'retry'; readonly reason: string; readonly isCounted: boolean };

export type StepRunner = (task: StepTask) => Promise<StepResult>;
