import { Entity } from 'typeorm';
import { TenantEntity, WithoutHistory } from '#shared/database';
import { CodeColumn, IdColumn, JsonColumn, ReferenceColumn, TimeColumn } from '#shared/tables';
import { type Amr } from '../mfa/mfa.codes';
import { type StepUpPurpose } from './step-up.codes';

/** Proof that somebody has shown anew who they are, for one act. */
@WithoutHistory('nothing: it lives for minutes, and what it was used for leaves its own record')
@Entity('step_ups')
export class StepUp extends TenantEntity {
  @IdColumn('sup')
  id!: string;

  @CodeColumn()
  tokenHash!: string;

  @ReferenceColumn('usr')
  userId!: string;

  @CodeColumn()
  purpose!: StepUpPurpose;

  @JsonColumn()
  amr!: Amr[];

  @TimeColumn()
  authenticatedAt!: Date;

  @TimeColumn()
  expiresAt!: Date;

  @TimeColumn({ nullable: true })
  usedAt!: Date | null;
}
