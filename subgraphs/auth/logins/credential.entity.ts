import { Entity } from 'typeorm';
import { TenantEntity } from '#shared/database';
import { CodeColumn, IdColumn, IntegerColumn, TimeColumn } from '#shared/tables';

/** What proves that somebody is a user. Apart from `User`, so that whoever reads people never touches it. */
@Entity('user_credentials')
export class UserCredential extends TenantEntity {
  /** The user's id. */
  @IdColumn('usr')
  id!: string;

  /** Argon2id in PHC format. */
  @CodeColumn()
  passwordHash!: string;

  /** Wrong passwords since the last right one, or since the last lock. */
  @IntegerColumn()
  failures!: number;

  @TimeColumn({ nullable: true })
  lockedUntil!: Date | null;

  /** What was begun with an earlier password leads nowhere. */
  @TimeColumn({ nullable: true })
  passwordChangedAt!: Date | null;

  /** Lifts the lock as well: whoever may set a password has shown who they are. */
  replace(passwordHash: string, at: Date): void {
    this.passwordHash = passwordHash;
    this.passwordChangedAt = at;
    this.failures = 0;
    this.lockedUntil = null;
  }

  /** Whether what was shown then was shown with the present password. */
  isOlderThan(at: Date): boolean {
    return this.passwordChangedAt === null || this.passwordChangedAt < at;
  }

  isLockedAt(at: Date): boolean {
    return this.lockedUntil !== null && this.lockedUntil > at;
  }
}
