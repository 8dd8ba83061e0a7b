import { Entity } from 'typeorm';
import { Administered, TenantEntity } from '#shared/database';
import { CodeColumn, IdColumn, ReferenceColumn, TimeColumn } from '#shared/tables';

export const secretStatuses = ['ACTIVE', 'GRACE', 'EXPIRED', 'REVOKED'] as const;
export type SecretStatus = (typeof secretStatuses)[number];

/** One secret of a client. Several may be alive at once, so that a rotation interrupts nobody. */
@Administered()
@Entity('client_secrets')
export class ClientSecret extends TenantEntity {
  @IdColumn('sec')
  id!: string;

  @ReferenceColumn('cli')
  clientId!: string;

  /** Argon2id in PHC format. */
  @CodeColumn()
  hash!: string;

  /** The last characters of the secret: people tell secrets apart by it, and so does the token endpoint. */
  @CodeColumn()
  hint!: string;

  /** Set by a rotation: the end of its grace period. */
  @TimeColumn({ nullable: true })
  expiresAt!: Date | null;

  @TimeColumn({ nullable: true })
  revokedAt!: Date | null;

  statusAt(at: Date): SecretStatus {
    if (this.revokedAt !== null) return 'REVOKED';
    if (this.expiresAt === null) return 'ACTIVE';
    return this.expiresAt > at ? 'GRACE' : 'EXPIRED';
  }

  isLiveAt(at: Date): boolean {
    const status = this.statusAt(at);
    return status === 'ACTIVE' || status === 'GRACE';
  }
}
