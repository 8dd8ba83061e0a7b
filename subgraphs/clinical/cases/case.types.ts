import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { connectionType, DateTime, Payload } from '#shared/graphql';
import {
  type CasePathway,
  CasePathwayEnum,
  type CasePriority,
  CasePriorityEnum,
  type CaseStatus,
  CaseStatusEnum,
  type DecisionSource,
  DecisionSourceEnum,
  type ManagementPlan,
  ManagementPlanEnum,
} from './case.codes';
import { Case } from './case.entity';

@InputType()
export class CreateCaseInput {
  @Field(() => ID)
  idempotencyKey!: string;

  @Field(() => ID)
  patientId!: string;

  @Field(() => CasePathwayEnum)
  pathway!: CasePathway;

  @Field(() => CasePriorityEnum, { defaultValue: 'ROUTINE' })
  priority!: CasePriority;

  @Field(() => String, { nullable: true })
  referralReason?: string | null;
}

@InputType({ description: 'Everything given must match.' })
export class CaseFilter {
  @Field(() => [CaseStatusEnum], { nullable: true })
  status?: CaseStatus[] | null;

  @Field(() => [CasePathwayEnum], { nullable: true })
  pathway?: CasePathway[] | null;

  @Field(() => [CasePriorityEnum], { nullable: true })
  priority?: CasePriority[] | null;

  @Field(() => ID, { nullable: true })
  patientId?: string | null;

  @Field(() => String, { nullable: true, description: 'The whole number, as it is shown' })
  number?: string | null;

  @Field(() => DateTime, { nullable: true })
  updatedAfter?: Date | null;
}

@ObjectType({ description: 'What was decided, and by whom or what.' })
export class CaseOutcome {
  @Field(() => ManagementPlanEnum)
  management!: ManagementPlan;

  @Field(() => DecisionSourceEnum)
  decidedBy!: DecisionSource;

  @Field(() => DateTime)
  decidedAt!: Date;
}

export const CaseConnection = connectionType('Case', () => Case);

@ObjectType()
export class CasePayload extends Payload {
  @Field(() => Case, { nullable: true })
  case!: Case | null;
}
