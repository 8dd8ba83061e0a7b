import { Field, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { RequireScopes } from '#shared/auth';
import { Administered, TenantEntity } from '#shared/database';
import { FlagColumn, IdColumn } from '#shared/tables';

@ObjectType('OrgSettings', { description: 'How the people of an organisation sign in.' })
@RequireScopes('auth:organisations:read')
@Administered()
@Entity('organisation_settings')
export class OrganisationSettings extends TenantEntity {
  /** The organisation's own id: there is one row. */
  @IdColumn('org')
  id!: string;

  @Field({ description: 'Whoever has no second factor gets in to enrol one, and to do nothing else' })
  @FlagColumn()
  requireMfa!: boolean;
}
