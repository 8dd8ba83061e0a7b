import { Entity } from 'typeorm';
import { TenantEntity } from '#shared/database';
import { CodeColumn, IdColumn, ReferenceColumn } from '#shared/tables';

/**
 * Which account of the identity provider is which of the platform's administrators. Bound at the first sign-in, when the
 * verified address fits; from then on the provider's subject counts, so an address that is given to somebody else opens
 * nothing.
 */
@Entity('admin_identities')
export class AdminIdentity extends TenantEntity {
  @IdColumn('adi')
  id!: string;

  @ReferenceColumn('usr')
  userId!: string;

  /** SHA-256 of issuer and subject: together they name an account for ever (OpenID Connect Core §5.7). */
  @CodeColumn()
  subjectHash!: string;
}
