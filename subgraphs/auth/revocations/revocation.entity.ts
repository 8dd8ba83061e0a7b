import { Entity } from 'typeorm';
import { TenantEntity } from '#shared/database';
import { CodeColumn, IdColumn, TimeColumn } from '#shared/tables';

/** One token (`jti`), all of one sign-in (`sid`), all of one client (`client_id`), all of one subject (`sub`). */
export const revocationKinds = ['TOKEN', 'SESSION', 'CLIENT', 'SUBJECT'] as const;
export type RevocationKind = (typeof revocationKinds)[number];

/** Tokens that have been issued and stand no more. The row goes when the last of them would have ended by itself. */
@Entity('revocations')
export class Revocation extends TenantEntity {
  @IdColumn('rvk')
  id!: string;

  @CodeColumn()
  kind!: RevocationKind;

  /** The value of the claim that `kind` names. */
  @CodeColumn({ name: 'token_key' })
  key!: string;

  /** Tokens issued later stand. */
  @TimeColumn()
  issuedUntil!: Date;

  @TimeColumn()
  endsAt!: Date;
}
