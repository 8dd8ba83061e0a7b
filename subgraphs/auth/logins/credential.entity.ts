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

  isLockedAt(at: Date): boolean {
    return this.lockedUntil !== null && this.lockedUntil > at;
  }
}
