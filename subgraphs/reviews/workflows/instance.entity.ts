import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { RequireScopes } from '#shared/auth';
import { patientVisibility, PhiSubject, TenantEntity, VisibleBy } from '#shared/database';
import { DateTime } from '#shared/graphql';
import { CodeColumn, IdColumn, IntegerColumn, ReferenceColumn, TimeColumn } from '#shared/tables';
import { isFinal, nextState } from '../machine';
import { workflowMachine, type WorkflowStatus, WorkflowStatusEnum } from './workflow.codes';

@ObjectType({ description: 'A case on its way through a workflow. It keeps the definition it began with.' })
@Directive('@key(fields: "id")')
@RequireScopes('reviews:workflows:read')
@VisibleBy<WorkflowInstance>('case_visibility', patientVisibility('reviews:workflows:read'))
@PhiSubject<WorkflowInstance>((instance) => instance.patientId)
@Entity('workflow_instances')
export class WorkflowInstance extends TenantEntity {
  @Field(() => ID)
  @IdColumn('wfi')
  id!: string;

  @ReferenceColumn('wfd')
  definitionId!: string;

  @CodeColumn()
  definitionKey!: string;

  /** Id of the event that submitted the case: one instance per submission. */
  @CodeColumn()
  submissionId!: string;

  @ReferenceColumn('case')
  caseId!: string;

  @ReferenceColumn('pat')
  patientId!: string;

  @CodeColumn()
  priority!: string;

  @Field(() => WorkflowStatusEnum)
  @CodeColumn()
  status!: WorkflowStatus;

  @Field(() => DateTime)
  @TimeColumn()
  startedAt!: Date;

  @Field(() => DateTime, { nullable: true })
  @TimeColumn({ nullable: true })
  finishedAt!: Date | null;

  @Field({ description: 'Joins everything the submission set off' })
  @CodeColumn()
  correlationId!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Why a human took over from the AI, as a code; null when nothing failed',
  })
  @CodeColumn({ nullable: true })
  fallbackReason!: string | null;

  @Field(() => String, { nullable: true, description: 'Why the workflow failed, as a code' })
  @CodeColumn({ nullable: true })
  failure!: string | null;

  /** Counts what its steps have done: two steps that end at once must not each take the other for unfinished. */
  @IntegerColumn()
  moves!: number;

  isOver(): boolean {
    return isFinal(workflowMachine, this.status);
  }

  /** Notes that a step has moved, and whether any can go on without waiting for somebody. */
  move(canRun: boolean): void {
    this.moves += 1;
    this.status = nextState(workflowMachine, this.status, canRun ? 'run' : 'wait');
  }

  complete(at: Date): void {
    this.status = nextState(workflowMachine, this.status, 'complete');
    this.finishedAt = at;
  }

  fail(at: Date, reason: string): void {
    this.status = nextState(workflowMachine, this.status, 'fail');
    this.failure = reason;
    this.finishedAt = at;
  }

  cancel(at: Date): void {
    this.status = nextState(workflowMachine, this.status, 'cancel');
    this.finishedAt = at;
  }
}
