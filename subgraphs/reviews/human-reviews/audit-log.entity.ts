import { Field, ID, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { Encrypted, PhiSubject, TenantEntity } from '#shared/database';
import { ActorSnapshot, DateTime, Phi } from '#shared/graphql';
import { CodeColumn, IdColumn, JsonColumn, ReferenceColumn, TimeColumn } from '#shared/tables';
import { type HumanReviewStatus, HumanReviewStatusEnum } from './human-review.codes';

@ObjectType({ description: 'One arrow of a review’s state machine: who took it, when and why. Only ever added.' })
@PhiSubject<ReviewAuditLog>((entry) => entry.patientId)
@Entity('review_audit_log')
export class ReviewAuditLog extends TenantEntity {
  @Field(() => ID)
  @IdColumn('ral')
  id!: string;

  @ReferenceColumn('rev')
  reviewId!: string;

  @ReferenceColumn('pat')
  patientId!: string;

  @Field(() => DateTime)
  @TimeColumn()
  at!: Date;

  @Field(() => ActorSnapshot)
  @JsonColumn()
  actor!: ActorSnapshot;

  @Field(() => HumanReviewStatusEnum, { nullable: true })
  @CodeColumn({ name: 'from_status', nullable: true })
  from!: HumanReviewStatus | null;

  @Field(() => HumanReviewStatusEnum)
  @CodeColumn({ name: 'to_status' })
  to!: HumanReviewStatus;

  /** A reader's own words may be about the patient. */
  @Field(() => String, { nullable: true })
  @Phi()
  @Encrypted('CLINICAL')
  reason!: string | null;
}
