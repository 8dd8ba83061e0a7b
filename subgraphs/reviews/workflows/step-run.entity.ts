import { Field, ID, Int, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { TenantEntity } from '#shared/database';
import { DateTime, JsonValue } from '#shared/graphql';
import {
  CodeColumn,
  IdColumn,
  IntegerColumn,
  JsonColumn,
  ReferenceColumn,
  TextColumn,
  TimeColumn,
} from '#shared/tables';
import { isFinal, nextState } from '../machine';
import {
  type FailurePolicy,
  type StepKind,
  StepKindEnum,
  stepMachine,
  type StepStatus,
  StepStatusEnum,
} from './workflow.codes';

/** Ids of what a step has made. Never findings or results: those are encrypted where they belong. */
export type StepOutput = Readonly<Record<string, string>>;

@ObjectType({ description: 'One step of a running workflow: durable, so that it goes on after any crash.' })
@Entity('step_runs')
export class StepRun extends TenantEntity {
  @Field(() => ID)
  @IdColumn('stp')
  id!: string;

  @ReferenceColumn('wfi')
  instanceId!: string;

  @Field()
  @CodeColumn()
  key!: string;

  @IntegerColumn()
  position!: number;

  @Field(() => StepKindEnum)
  @CodeColumn()
  kind!: StepKind;

  @Field(() => StepStatusEnum)
  @CodeColumn()
  status!: StepStatus;

  @JsonColumn()
  dependsOn!: string[];

  @TextColumn({ name: 'run_when', nullable: true })
  when!: string | null;

  @JsonColumn()
  config!: Record<string, string>;

  @CodeColumn()
  onFailure!: FailurePolicy;

  @IntegerColumn()
  maxAttempts!: number;

  @CodeColumn({ nullable: true })
  timeout!: string | null;

  @Field(() => Int, { description: 'How often it has begun' })
  @IntegerColumn()
  attempt!: number;

  /** Rises with each claim: a worker that has lost its lease finds another number here and writes nothing. */
  @IntegerColumn()
  fencingToken!: number;

  @Field(() => DateTime, { nullable: true })
  @TimeColumn({ nullable: true })
  startedAt!: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When a worker next looks at it; null while somebody else must act',
  })
  @TimeColumn({ nullable: true })
  dueAt!: Date | null;

  @Field(() => DateTime, { nullable: true })
  @TimeColumn({ nullable: true })
  finishedAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'Code of what went wrong last' })
  @CodeColumn({ nullable: true })
  error!: string | null;

  @Field(() => JsonValue, { nullable: true, description: 'Ids of what it has made' })
  @JsonColumn({ nullable: true })
  output!: StepOutput | null;

  @CodeColumn()
  correlationId!: string;

  isOver(): boolean {
    return isFinal(stepMachine, this.status);
  }

  /** It can be run from `at` on. */
  makeReady(at: Date): void {
    this.status = nextState(stepMachine, this.status, 'ready');
    this.dueAt = at;
  }

  /** Somebody else finishes it: an AI review, a reader. */
  waitForOthers(output: StepOutput): void {
    this.status = nextState(stepMachine, this.status, 'wait');
    this.output = output;
    this.dueAt = null;
  }

  /** Back to waiting, now also for the steps named. */
  postponeUntil(keys: readonly string[]): void {
    this.status = nextState(stepMachine, this.status, 'postpone');
    this.waitAlsoFor(keys);
    this.dueAt = null;
  }

  waitAlsoFor(keys: readonly string[]): void {
    this.dependsOn = [...new Set([...this.dependsOn, ...keys])];
  }

  succeed(at: Date, output: StepOutput): void {
    this.status = nextState(stepMachine, this.status, 'succeed');
    this.output = output;
    this.error = null;
    this.end(at);
  }

  fail(at: Date, error: string): void {
    this.status = nextState(stepMachine, this.status, error === 'TIMED_OUT' ? 'timeOut' : 'fail');
    this.error = error;
    this.end(at);
  }

  skip(at: Date, error: string | null = null): void {
    this.status = nextState(stepMachine, this.status, 'skip');
    this.error = error;
    this.end(at);
  }

  cancel(at: Date): void {
    this.status = nextState(stepMachine, this.status, 'cancel');
    this.end(at);
  }

  private end(at: Date): void {
    this.dueAt = null;
    this.finishedAt = at;
  }
}
