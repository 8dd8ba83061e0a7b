import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { type AuditCategory, type AuditOutcome } from '#shared/audit';
import { connectionType, DateTime } from '#shared/graphql';
import { AuditEntry } from './entry.entity';
import { AuditCategoryEnum, AuditOutcomeEnum } from './trail.codes';

export const AuditRecordConnection = connectionType('AuditRecord', () => AuditEntry);

@InputType()
export class AuditFilter {
  @Field(() => DateTime, { nullable: true, description: 'From this instant on' })
  from?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Before this instant' })
  to?: Date | null;

  @Field(() => String, { nullable: true })
  subgraph?: string | null;

  @Field(() => ID, { nullable: true })
  actorUserId?: string | null;

  @Field(() => ID, { nullable: true })
  patientId?: string | null;

  @Field(() => String, { nullable: true })
  resourceType?: string | null;

  @Field(() => ID, { nullable: true })
  resourceId?: string | null;

  @Field(() => String, { nullable: true })
  action?: string | null;

  @Field(() => [AuditCategoryEnum], { nullable: true })
  category?: AuditCategory[] | null;

  @Field(() => [AuditOutcomeEnum], { nullable: true })
  outcome?: AuditOutcome[] | null;

  @Field(() => Boolean, { nullable: true })
  breakGlass?: boolean | null;
}

@InputType({ description: 'A sealed record on its way to the index.' })
export class SealedAuditRecordInput {
  @Field(() => ID)
  id!: string;

  @Field(() => Int)
  sequence!: number;

  @Field({ description: 'Canonical text' })
  record!: string;
}

@InputType({ description: 'The end of a link of a chain.' })
export class SealedAuditLinkInput {
  @Field(() => Int)
  number!: number;

  @Field(() => Int)
  firstSequence!: number;

  @Field(() => Int)
  lastSequence!: number;

  @Field()
  hash!: string;
}

@InputType({ description: 'A piece of the chain of the caller’s subgraph and organisation, in order.' })
export class SealedAuditPartInput {
  @Field(() => [SealedAuditRecordInput])
  records!: SealedAuditRecordInput[];

  @Field(() => [SealedAuditLinkInput])
  links!: SealedAuditLinkInput[];
}

@ObjectType({ description: 'How far the index has a chain.' })
export class AuditIndexPosition {
  @Field({ description: 'Whose chain' })
  subgraph!: string;

  @Field(() => Int, { description: 'The last record it has' })
  sequence!: number;

  @Field(() => DateTime, { description: 'When it last got any' })
  indexedAt!: Date;

  @Field(() => Int, {
    nullable: true,
    description: 'The first record of a link that does not follow from its records; null while all do',
  })
  brokenSequence!: number | null;
}
