import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { RequireScopes } from '#shared/auth';
import { Encrypted, PhiSubject, TenantEntity, VisibleBy } from '#shared/database';
import { ConflictError } from '#shared/errors';
import { DateTime, Phi } from '#shared/graphql';
import { CodeColumn, IdColumn, IntegerColumn, ReferenceColumn, TimeColumn } from '#shared/tables';
import { caseStaff, staffOrSelf } from '../visibility';
import {
  type CasePathway,
  CasePathwayEnum,
  type CasePriority,
  CasePriorityEnum,
  type CaseStatus,
  CaseStatusEnum,
  type DecisionSource,
  type ManagementPlan,
} from './case.codes';
import { type CaseTrigger, nextStatus } from './case.machine';

export interface Decision {
  readonly management: ManagementPlan;
  readonly decidedBy: DecisionSource;
}

@ObjectType({ description: 'One referral of one patient: lesions, images, and what was found.' })
@Directive('@key(fields: "id")')
@RequireScopes('clinical:cases:read', 'clinical:patients:self')
@VisibleBy<Case>('case_visibility', staffOrSelf(caseStaff))
@PhiSubject<Case>((skinCase) => skinCase.patientId)
@Entity('skin_cases')
export class Case extends TenantEntity {
  @Field(() => ID)
  @IdColumn('case')
  id!: string;

  @Field({ description: 'For people: unique in the organisation, safe to read out, e.g. 26-4F7K-9QXD' })
  @CodeColumn()
  number!: string;

  @ReferenceColumn('pat')
  patientId!: string;

  @Field(() => CasePathwayEnum)
  @CodeColumn()
  pathway!: CasePathway;

  @Field(() => CaseStatusEnum)
  @CodeColumn()
  status!: CaseStatus;

  @Field(() => CasePriorityEnum)
  @CodeColumn()
  priority!: CasePriority;

  /** Who opened the case and is told what becomes of it; null when a client without a user did. */
  @ReferenceColumn('usr', { nullable: true })
  referrerUserId!: string | null;

  @Field(() => String, { nullable: true })
  @Phi()
  @Encrypted('CLINICAL')
  referralReason!: string | null;

  @Field(() => DateTime)
  @TimeColumn()
  referredAt!: Date;

  /** Both counts make whoever adds to a case write its row, so that two at once cannot miss each other. */
  @IntegerColumn()
  findingCount!: number;

  @IntegerColumn()
  verifiedImageCount!: number;

  @CodeColumn({ nullable: true })
  management!: ManagementPlan | null;

  @CodeColumn({ nullable: true })
  decidedBy!: DecisionSource | null;

  @TimeColumn({ nullable: true })
  decidedAt!: Date | null;

  /** Why it was closed or cancelled, in the words of whoever did. */
  @Encrypted('CLINICAL')
  closingReason!: string | null;

  @Field(() => DateTime, { nullable: true })
  @TimeColumn({ nullable: true })
  submittedAt!: Date | null;

  @Field(() => DateTime, { nullable: true })
  @TimeColumn({ nullable: true })
  closedAt!: Date | null;

  /**
   * @returns the state it was in
   * @throws {DomainError} ILLEGAL_TRANSITION
   */
  move(trigger: CaseTrigger): CaseStatus {
    const from = this.status;
    this.status = nextStatus(from, trigger);
    return from;
  }

  /** @throws {ConflictError} once it has been submitted: reviewers must see what the referrer saw. */
  assertOpenForEvidence(): void {
    if (!['DRAFT', 'AWAITING_IMAGES', 'READY'].includes(this.status)) {
      throw new ConflictError('Findings and images are added before a case is submitted');
    }
  }

  /** @throws {ConflictError} when it was cancelled. */
  assertNotCancelled(): void {
    if (this.status === 'CANCELLED') throw new ConflictError('This case was cancelled');
  }

  decide({ management, decidedBy }: Decision, at: Date): CaseStatus {
    const from = this.move('DECIDE');
    Object.assign(this, { management, decidedBy, decidedAt: at });
    return from;
  }
}
