import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { RequireScopes } from '#shared/auth';
import { TenantEntity } from '#shared/database';
import { DateTime } from '#shared/graphql';
import { CodeColumn, IdColumn, IntegerColumn, JsonColumn, TextColumn, TimeColumn } from '#shared/tables';
import { nextState } from '../machine';
import { WorkflowStepDefinition } from './step-spec';
import { definitionMachine, type DefinitionStatus, DefinitionStatusEnum } from './workflow.codes';

@ObjectType({ description: 'How cases are decided: its steps and what each waits for. A published one never changes.' })
@Directive('@key(fields: "id")')
@RequireScopes('reviews:workflows:read')
@Entity('workflow_definitions')
export class WorkflowDefinition extends TenantEntity {
  @Field(() => ID)
  @IdColumn('wfd')
  id!: string;

  @Field()
  @CodeColumn()
  key!: string;

  @Field(() => Int, { description: 'Counts up within the key' })
  @IntegerColumn()
  number!: number;

  @Field()
  @TextColumn()
  name!: string;

  @Field(() => DefinitionStatusEnum)
  @CodeColumn()
  status!: DefinitionStatus;

  @Field({ description: 'The event that starts it' })
  @CodeColumn({ name: 'trigger_event' })
  trigger!: string;

  /** The trigger while it is published, else null: a unique column, so that a trigger starts one workflow only. */
  @CodeColumn({ nullable: true })
  publishedFor!: string | null;

  @Field(() => [WorkflowStepDefinition])
  @JsonColumn()
  steps!: WorkflowStepDefinition[];

  @Field(() => DateTime, { nullable: true })
  @TimeColumn({ nullable: true })
  publishedAt!: Date | null;

  /** @throws {DomainError} ILLEGAL_TRANSITION unless it is a draft: draft it anew to bring an old one back. */
  publish(at: Date): void {
    this.status = nextState(definitionMachine, this.status, 'publish');
    this.publishedFor = this.trigger;
    this.publishedAt = at;
  }

  /** Running instances keep it; no new one starts by it. */
  retire(): void {
    this.status = nextState(definitionMachine, this.status, 'retire');
    this.publishedFor = null;
  }
}
