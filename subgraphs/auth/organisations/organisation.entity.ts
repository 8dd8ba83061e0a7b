import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { Authenticated } from '#shared/auth';
import { Administered, TenantEntity } from '#shared/database';
import { enumOf } from '#shared/graphql';
import { CodeColumn, FlagColumn, IdColumn, TextColumn } from '#shared/tables';

export const organisationStatuses = ['ACTIVE', 'SUSPENDED', 'CLOSED'] as const;
export type OrganisationStatus = (typeof organisationStatuses)[number];
const OrganisationStatusEnum = enumOf('OrgStatus', organisationStatuses);

/** Owns itself: its id is also the organisation of its row, so the tenant wall shows everybody just their own. */
@ObjectType({ description: 'Who everything else belongs to. A caller sees their own.' })
@Directive('@key(fields: "id")')
@Authenticated()
@Administered()
@Entity('organisations')
export class Organisation extends TenantEntity {
  @Field(() => ID)
  @IdColumn('org')
  id!: string;

  @Field()
  @TextColumn()
  name!: string;

  @Field()
  @CodeColumn()
  slug!: string;

  @Field(() => OrganisationStatusEnum)
  @CodeColumn()
  status!: OrganisationStatus;

  /** Null: as it was made, with it. */
  @FlagColumn({ nullable: true })
  breakGlassEnabled!: boolean | null;
}
