import { Arg, Ctx, Field, ID, Int, Mutation, ObjectType, Query, Resolver } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { Payload, respond } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { systemRoles } from '../scopes/role.registry';
import { ownRoleOf, roleOf, RoleView } from '../scopes/role.types';
import { Membership } from '../users/membership.entity';
import { assignRoles, createRole, ownRoles } from './role.service';

@ObjectType()
export class RolePayload extends Payload {
  @Field(() => RoleView, { nullable: true })
  role!: RoleView | null;
}

@ObjectType()
export class MembershipPayload extends Payload {
  @Field(() => Membership, { nullable: true })
  membership!: Membership | null;
}

@Resolver()
export class RoleResolver {
  @RequireScopes('auth:users:read')
  @Query(() => [RoleView], { description: 'The platform’s roles, then those of the organisation' })
  async roles(@Ctx() { unit }: RequestContext): Promise<RoleView[]> {
    return [...systemRoles.map(roleOf), ...(await ownRoles(unit)).map(ownRoleOf)];
  }

  @RequireScopes('auth:roles:write')
  @Mutation(() => RolePayload, {
    description: 'A role of the organisation; its scopes are of the platform’s roles for it',
  })
  async createRole(
    @Arg('key') key: string,
    @Arg('name') name: string,
    @Arg('scopes', () => [String]) scopes: string[],
    @Ctx() { unit }: RequestContext,
  ): Promise<RolePayload> {
    const { made, userErrors } = await respond('made', createRole(unit, { key, name, scopes }));
    return { role: made && ownRoleOf(made), userErrors };
  }

  @RequireScopes('auth:roles:write')
  @Mutation(() => MembershipPayload, { description: 'Gives a person other roles, from their next token on' })
  assignRoles(
    @Arg('membershipId', () => ID) membershipId: string,
    @Arg('ifVersion', () => Int) ifVersion: number,
    @Arg('roles', () => [String]) roles: string[],
    @Ctx() { unit }: RequestContext,
  ): Promise<MembershipPayload> {
    return respond('membership', assignRoles(unit, { membershipId, ifVersion, roles }));
  }
}
