import { Entity } from 'typeorm';
import { TenantEntity } from '#shared/database';
import { IdColumn, JsonColumn, ReferenceColumn } from '#shared/tables';

/** What a person has allowed a client to do for them: asked once, and again for more. */
@Entity('client_consents')
export class ClientConsent extends TenantEntity {
  @IdColumn('ccn')
  id!: string;

  @ReferenceColumn('usr')
  userId!: string;

  @ReferenceColumn('cli')
  clientId!: string;

  @JsonColumn()
  scopes!: string[];
}
