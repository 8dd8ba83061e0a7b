import { Directive, ObjectType, Field, ID } from 'type-graphql';
import { Entity } from 'typeorm';
import { RequireScopes } from '#shared/auth';
import { Administered, TenantEntity } from '#shared/database';
import { enumOf } from '#shared/graphql';
import { CodeColumn, IdColumn, JsonColumn, ReferenceColumn } from '#shared/tables';

export const membershipStatuses = ['ACTIVE', 'ENDED'] as const;
export type MembershipStatus = (typeof membershipStatuses)[number];
const MembershipStatusEnum = enumOf('MembershipStatus', membershipStatuses);

@ObjectType({ description: 'What a person is in the organisation.' })
@Directive('@key(fields: "id")')
@RequireScopes('auth:users:read', 'auth:users:self')
@Administered()
@Entity('memberships')
export class Membership extends TenantEntity {
  @Field(() => ID)
  @IdColumn('mem')
  id!: string;

  @ReferenceColumn('usr')
  userId!: string;

  @JsonColumn({ name: 'roles' })
  roleKeys!: string[];

  @Field(() => MembershipStatusEnum)
  @CodeColumn()
  status!: MembershipStatus;
}
