import { Entity, PrimaryColumn } from 'typeorm';
import { CodeColumn, TextColumn, TimeColumn } from '#shared/tables';

/**
 * One artefact of the OAuth engine: grant, code, refresh token, browser session, … Everything it is found by is a keyed
 * hash and the rest is sealed, so that a copy of the table opens nothing.
 */
@Entity('oauth_records')
export class OAuthRecord {
  /** The engine's name of the kind: `RefreshToken`, `Grant`, … */
  @PrimaryColumn({ type: 'varchar' })
  model!: string;

  @PrimaryColumn({ type: 'varchar' })
  idHash!: string;

  /** Of the grant it belongs to; a grant's own. What is revoked together has it in common. */
  @CodeColumn({ nullable: true })
  grantHash!: string | null;

  @CodeColumn({ nullable: true })
  accountHash!: string | null;

  @CodeColumn({ nullable: true })
  uidHash!: string | null;

  @CodeColumn({ nullable: true })
  userCodeHash!: string | null;

  /** JSON, sealed to this model and id. */
  @TextColumn()
  payload!: string;

  @TimeColumn({ nullable: true })
  consumedAt!: Date | null;

  @TimeColumn()
  expiresAt!: Date;
}
