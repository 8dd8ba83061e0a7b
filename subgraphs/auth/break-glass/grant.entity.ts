import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Entity, In } from 'typeorm';
import { hasScope, RequireScopes } from '#shared/auth';
import { Encrypted, PhiSubject, TenantEntity, VisibleBy } from '#shared/database';
import { DomainError } from '#shared/errors';
import { DateTime, enumOf, Phi } from '#shared/graphql';
import { CodeColumn, IdColumn, ReferenceColumn, TimeColumn } from '#shared/tables';

export const breakGlassReasons = [
  'EMERGENCY_TREATMENT',
  'PATIENT_UNABLE_TO_CONSENT',
  'PUBLIC_HEALTH',
  'OTHER',
] as const;
export type BreakGlassReason = (typeof breakGlassReasons)[number];
export const BreakGlassReasonEnum = enumOf('BreakGlassReason', breakGlassReasons);

export const breakGlassStatuses = ['ACTIVE', 'EXPIRED', 'ENDED', 'JUSTIFIED', 'MISUSE'] as const;
export type BreakGlassStatus = (typeof breakGlassStatuses)[number];
const BreakGlassStatusEnum = enumOf('BreakGlassStatus', breakGlassStatuses);

export const breakGlassOutcomes = ['JUSTIFIED', 'MISUSE'] as const;
export type BreakGlassOutcome = (typeof breakGlassOutcomes)[number];
export const BreakGlassOutcomeEnum = enumOf('BreakGlassOutcome', breakGlassOutcomes);

/** Reviewers and compliance see their organisation's; a person those they have used, and those that opened their own record. */
@ObjectType({
  description: 'Access to one patient’s record in an emergency, for an hour at most, and what came of it.',
})
@Directive('@key(fields: "id")')
@RequireScopes('auth:breakglass:read', 'auth:breakglass:review', 'auth:breakglass:use', 'auth:accesslog:self')
@VisibleBy<BreakGlassGrant>('break_glass_visibility', (actor) => {
  const isOverseer = hasScope(actor, 'auth:breakglass:read') || hasScope(actor, 'auth:breakglass:review');
  if (actor.kind === 'service' || isOverseer) return 'all';
  if (actor.patientIds.length > 0 && hasScope(actor, 'auth:accesslog:self')) {
    return { patientId: In([...actor.patientIds]) };
  }
  return actor.userId === null ? 'none' : { userId: actor.userId };
})
@PhiSubject<BreakGlassGrant>((grant) => grant.patientId)
@Entity('break_glass_grants')
export class BreakGlassGrant extends TenantEntity {
  @Field(() => ID)
  @IdColumn('bgg')
  id!: string;

  /** `jti` of its token. */
  @CodeColumn()
  tokenId!: string;

  /** User and patient while it lasts: unique, so that one person has one for one patient at a time. */
  @CodeColumn({ nullable: true })
  openKey!: string | null;

  @ReferenceColumn('usr')
  userId!: string;

  @ReferenceColumn('pat')
  patientId!: string;

  @Field(() => BreakGlassReasonEnum)
  @CodeColumn()
  reason!: BreakGlassReason;

  @Field(() => String, { nullable: true, description: 'Null after erasure' })
  @Phi()
  @Encrypted('CLINICAL')
  justification!: string | null;

  @Field(() => DateTime)
  @TimeColumn()
  startedAt!: Date;

  @Field(() => DateTime)
  @TimeColumn()
  expiresAt!: Date;

  @Field(() => DateTime, { nullable: true })
  @TimeColumn({ nullable: true })
  endedAt!: Date | null;

  @Field(() => BreakGlassStatusEnum)
  @CodeColumn()
  status!: BreakGlassStatus;

  @Field(() => DateTime)
  @TimeColumn()
  reviewDueAt!: Date;

  /** When it was told that the review is overdue. */
  @TimeColumn({ nullable: true })
  escalatedAt!: Date | null;

  @ReferenceColumn('usr', { nullable: true })
  reviewedById!: string | null;

  @Field(() => DateTime, { nullable: true })
  @TimeColumn({ nullable: true })
  reviewedAt!: Date | null;

  @Field(() => String, { nullable: true })
  @Phi()
  @Encrypted('CLINICAL')
  reviewNote!: string | null;

  /** @throws {DomainError} ILLEGAL_TRANSITION when it has ended already */
  end(how: 'ENDED' | 'EXPIRED', at: Date): void {
    if (this.status !== 'ACTIVE') throw this.illegal(how);
    this.status = how;
    this.endedAt = at;
    this.openKey = null;
  }

  /** @throws {DomainError} ILLEGAL_TRANSITION while it lasts, and once it has been reviewed: the first judgement stands */
  review(outcome: BreakGlassOutcome, review: { readonly by: string; readonly note: string; readonly at: Date }): void {
    if (this.status !== 'EXPIRED' && this.status !== 'ENDED') throw this.illegal(outcome);
    this.status = outcome;
    this.reviewedById = review.by;
    this.reviewNote = review.note;
    this.reviewedAt = review.at;
  }

  private illegal(to: BreakGlassStatus): DomainError {
    const allowed = { ACTIVE: ['ENDED', 'EXPIRED'], EXPIRED: breakGlassOutcomes, ENDED: breakGlassOutcomes }[
      this.status as string
    ];
    return new DomainError('ILLEGAL_TRANSITION', `A grant that is ${this.status} cannot become ${to}`, {
      details: { from: this.status, to, allowed: [...(allowed ?? [])] },
    });
  }
}
