import { Entity } from 'typeorm';
import { TenantEntity, WithoutHistory } from '#shared/database';
import { CodeColumn, IdColumn, IntegerColumn, JsonColumn, ReferenceColumn, TimeColumn } from '#shared/tables';
import { type Amr } from './mfa.codes';

/** A sign-in whose first factor was right and whose second is awaited. */
@WithoutHistory('nothing: it is a sign-in under way, and what came of it is announced')
@Entity('mfa_challenges')
export class MfaChallenge extends TenantEntity {
  @IdColumn('mch')
  id!: string;

  /** SHA-256 of the 256-bit token that only whoever showed the first factor was given. */
  @CodeColumn()
  tokenHash!: string;

  @ReferenceColumn('usr')
  userId!: string;

  @ReferenceColumn('prd')
  productId!: string;

  /** How the first factor was shown. */
  @JsonColumn()
  amr!: Amr[];

  @IntegerColumn()
  attempts!: number;

  @TimeColumn()
  expiresAt!: Date;

  @TimeColumn({ nullable: true })
  completedAt!: Date | null;

  isOpenAt(at: Date): boolean {
    return this.completedAt === null && this.expiresAt > at;
  }
}
