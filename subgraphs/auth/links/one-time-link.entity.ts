import { Entity } from 'typeorm';
import { TenantEntity, WithoutHistory } from '#shared/database';
import { CodeColumn, IdColumn, ReferenceColumn, TimeColumn } from '#shared/tables';

export const linkPurposes = ['INVITATION', 'VERIFY_EMAIL', 'RESET_PASSWORD'] as const;
export type LinkPurpose = (typeof linkPurposes)[number];

/** A link that was sent to a person's address: whoever follows it can read mail sent there. */
@WithoutHistory('nothing: what a link was used for leaves its own record')
@Entity('one_time_links')
export class OneTimeLink extends TenantEntity {
  @IdColumn('otl')
  id!: string;

  /** SHA-256 of the token in the link. */
  @CodeColumn()
  tokenHash!: string;

  @ReferenceColumn('usr')
  userId!: string;

  @CodeColumn()
  purpose!: LinkPurpose;

  @TimeColumn()
  expiresAt!: Date;

  @TimeColumn({ nullable: true })
  usedAt!: Date | null;
}
