import { Entity } from 'typeorm';
import { TenantEntity } from '#shared/database';
import { CodeColumn, IdColumn } from '#shared/tables';

/**
 * Which account an e-mail address opens. Unique over all organisations, because who signs in does not say to which they
 * belong; so an address has one account on the whole platform.
 */
@Entity('logins')
export class Login extends TenantEntity {
  /** The user's id. */
  @IdColumn('usr')
  id!: string;

  /** Keyed hash under the platform's own key: platform-keys.ts. */
  @CodeColumn()
  emailHash!: string;
}
