import { Entity } from 'typeorm';
import { TenantEntity } from '#shared/database';
import { CodeColumn, IdColumn, ReferenceColumn, TimeColumn } from '#shared/tables';

/**
 * Which account an e-mail address opens. Indexed over all organisations, because who signs in does not say to which they
 * belong. An address has at most one account per organisation; all of them open by one credential (identity.ts).
 */
@Entity('logins')
export class Login extends TenantEntity {
  /** The user's id. */
  @IdColumn('usr')
  id!: string;

  /** Keyed hash under the platform's own key: platform-keys.ts. */
  @CodeColumn()
  emailHash!: string;

  /** Where the credential is: another of the person's accounts. Null: the account's own. */
  @ReferenceColumn('org', { nullable: true, name: 'credential_org_id' })
  credentialOrganisationId!: string | null;

  @ReferenceColumn('usr', { nullable: true })
  credentialId!: string | null;

  /** When somebody followed a link that was sent to the address for this account. */
  @TimeColumn({ nullable: true })
  verifiedAt!: Date | null;
}
