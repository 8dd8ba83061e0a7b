import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { RequireScopes } from '#shared/auth';
import { patientVisibility, PhiSubject, TenantEntity, VisibleBy } from '#shared/database';
import { DomainError } from '#shared/errors';
import { DateTime } from '#shared/graphql';
import { CodeColumn, IdColumn, IntegerColumn, JsonColumn, ReferenceColumn, TimeColumn } from '#shared/tables';
import { nextState } from '../machine';
import { humanReviewMachine, type HumanReviewStatus, HumanReviewStatusEnum } from './human-review.codes';

/** Who reads: a practitioner, signed in as a user. */
export interface Reader {
  readonly practitionerId: string;
  readonly userId: string;
}

@ObjectType({ description: 'A case that waits for a person to decide it, or has been decided.' })
@Directive('@key(fields: "id")')
@RequireScopes('reviews:human:read')
@VisibleBy<HumanReview>('review_visibility', patientVisibility('reviews:human:read'))
@PhiSubject<HumanReview>((review) => review.patientId)
@Entity('human_reviews')
export class HumanReview extends TenantEntity {
  @Field(() => ID)
  @IdColumn('rev')
  id!: string;

  @ReferenceColumn('wfi')
  instanceId!: string;

  @ReferenceColumn('stp')
  stepRunId!: string;

  @ReferenceColumn('case')
  caseId!: string;

  @ReferenceColumn('pat')
  patientId!: string;

  @ReferenceColumn('que')
  queueId!: string;

  @CodeColumn()
  queueKey!: string;

  @Field()
  @CodeColumn()
  priority!: string;

  @Field(() => HumanReviewStatusEnum)
  @CodeColumn()
  status!: HumanReviewStatus;

  @Field(() => Int)
  @IntegerColumn()
  readsRequired!: number;

  /** The findings of the case when the review was opened: a decision names each of them. */
  @JsonColumn()
  findingIds!: string[];

  @Field(() => DateTime)
  @TimeColumn()
  dueAt!: Date;

  @Field(() => String, { nullable: true, description: 'Why a person has to decide what the AI should have, as a code' })
  @CodeColumn({ nullable: true })
  fallbackReason!: string | null;

  @ReferenceColumn('pra', { nullable: true })
  claimedBy!: string | null;

  @ReferenceColumn('usr', { nullable: true })
  claimedByUserId!: string | null;

  @TimeColumn({ nullable: true })
  claimedAt!: Date | null;

  @TimeColumn({ nullable: true })
  leaseExpiresAt!: Date | null;

  /** Rises with each claim. Whoever names an older one has lost the review. */
  @IntegerColumn()
  fencingToken!: number;

  @Field(() => DateTime, { nullable: true })
  @TimeColumn({ nullable: true })
  decidedAt!: Date | null;

  /** @throws {DomainError} ILLEGAL_TRANSITION unless it waits in the queue. */
  claim({ practitionerId, userId }: Reader, at: Date, leaseExpiresAt: Date): void {
    this.status = nextState(humanReviewMachine, this.status, 'claim');
    this.fencingToken += 1;
    this.claimedBy = practitionerId;
    this.claimedByUserId = userId;
    this.claimedAt = at;
    this.leaseExpiresAt = leaseExpiresAt;
  }

  extend(leaseExpiresAt: Date): void {
    this.leaseExpiresAt = leaseExpiresAt;
  }

  /** Gives it back to the queue, by way of RELEASED. */
  release(): void {
    this.status = nextState(humanReviewMachine, this.status, 'release');
    this.status = nextState(humanReviewMachine, this.status, 'requeue');
    this.letGo();
  }

  decide(at: Date): void {
    this.status = nextState(humanReviewMachine, this.status, 'decide');
    this.decidedAt = at;
    this.leaseExpiresAt = null;
  }

  cancel(): void {
    this.status = nextState(humanReviewMachine, this.status, 'cancel');
    this.letGo();
  }

  /** @throws {DomainError} CLAIM_LOST unless this reader holds it now, by this claim when one is named. */
  assertHeldBy({ practitionerId }: Reader, at: Date, fencingToken: number | null): void {
    const held = this.status === 'CLAIMED' && this.claimedBy === practitionerId && !this.hasLapsed(at);
    if (held && (fencingToken === null || fencingToken === this.fencingToken)) return;
    throw new DomainError('CLAIM_LOST', 'This claim has lapsed or is not yours: claim the review again');
  }

  hasLapsed(at: Date): boolean {
    return this.leaseExpiresAt !== null && this.leaseExpiresAt <= at;
  }

  private letGo(): void {
    this.claimedBy = null;
    this.claimedByUserId = null;
    this.claimedAt = null;
    this.leaseExpiresAt = null;
  }
}
