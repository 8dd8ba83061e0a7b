import { Arg, Ctx, Directive, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Authenticated, RequireScopes } from '#shared/auth';
import { byId, connectionOf, type Connection, listBy, listSize, Phi, respond } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { Login } from '../logins/login.entity';
import { Organisation } from '../organisations/organisation.entity';
import { type AuthPorts } from '../ports';
import { ownRoles } from '../roles/role.service';
import { isSystemRole } from '../scopes/role.registry';
import { ownRoleOf, roleOf, RoleView } from '../scopes/role.types';
import { Membership } from './membership.entity';
import { Patient, Practitioner } from './stub.types';
import { User, UserStatusEnum } from './user.entity';
import { visibleUserById } from './user.loader';
import { type UserStatus } from './user.machine';
import { canSeeContact } from './user.policy';
import { inviteUser, pageOfUsers, resendInvitation, setUserStatus } from './user.service';
import { InviteUserInput, UserConnection, UserPayload } from './user.types';

const membershipsOfUser = listBy(Membership, 'userId');
const loginById = byId(Login);
const organisationById = byId(Organisation);

@Resolver(() => User)
export class UserResolver {
  @Authenticated()
  @Query(() => User, { nullable: true, description: 'Null for API clients' })
  me(@Ctx() { unit, actor }: RequestContext): Promise<User | null> | null {
    return actor.userId === null ? null : unit.find(User, actor.userId);
  }

  @RequireScopes('auth:users:read', 'auth:users:self')
  @Query(() => User, { nullable: true })
  user(@Arg('id', () => ID) id: string, @Ctx() context: RequestContext): Promise<User | null> {
    return context.load(visibleUserById, id);
  }

  @RequireScopes('auth:users:read')
  @Directive(listSize)
  @Query(() => UserConnection)
  async users(
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Arg('status', () => UserStatusEnum, { nullable: true }) status: UserStatus | null,
    @Arg('text', () => String, {
      nullable: true,
      description: 'A whole e-mail address, a whole telephone number, or beginnings of names',
    })
    text: string | null,
    @Ctx() { unit }: RequestContext,
  ): Promise<Connection<User>> {
    return connectionOf(
      await pageOfUsers(unit, { first, after: after ?? null, status: status ?? null, text: text ?? null }),
    );
  }

  @RequireScopes('auth:users:write')
  @Mutation(() => UserPayload)
  inviteUser(
    @Arg('input') input: InviteUserInput,
    @Ctx() { unit, ports, system }: RequestContext<AuthPorts>,
  ): Promise<UserPayload> {
    return respond('user', inviteUser({ unit, ports, system }, input));
  }

  @RequireScopes('auth:users:write')
  @Mutation(() => UserPayload, { description: 'Sends the link of an invitation once more' })
  resendInvitation(
    @Arg('id', () => ID) id: string,
    @Ctx() { unit, ports, system }: RequestContext<AuthPorts>,
  ): Promise<UserPayload> {
    return respond('user', resendInvitation({ unit, ports, system }, id));
  }

  @RequireScopes('auth:users:write')
  @Mutation(() => UserPayload)
  setUserStatus(
    @Arg('id', () => ID) id: string,
    @Arg('ifVersion', () => Int) ifVersion: number,
    @Arg('status', () => UserStatusEnum) status: UserStatus,
    @Arg('reason') reason: string,
    @Ctx() { unit, ports, system }: RequestContext<AuthPorts>,
  ): Promise<UserPayload> {
    return respond('user', setUserStatus({ unit, ports, system }, { id, ifVersion, status, reason }));
  }

  @Phi('DIRECT_IDENTIFIER')
  @RequireScopes('auth:users:read', 'auth:users:self')
  @FieldResolver(() => String, { nullable: true })
  email(@Root() user: User, @Ctx() { actor }: RequestContext): string | null {
    return canSeeContact(actor, user) ? user.emailAddress : null;
  }

  @Phi('DIRECT_IDENTIFIER')
  @RequireScopes('auth:users:read', 'auth:users:self')
  @FieldResolver(() => String, { nullable: true })
  phoneNumber(@Root() user: User, @Ctx() { actor }: RequestContext): string | null {
    return canSeeContact(actor, user) ? user.phone : null;
  }

  @FieldResolver(() => Boolean, { description: 'Whether somebody has followed a link that was sent to the address' })
  async emailVerified(@Root() user: User, @Ctx() context: RequestContext): Promise<boolean> {
    return (await context.load(loginById, user.id))?.verifiedAt != null;
  }

  @FieldResolver(() => [Membership])
  memberships(@Root() user: User, @Ctx() context: RequestContext): Promise<Membership[]> {
    return context.load(membershipsOfUser, user.id);
  }

  @FieldResolver(() => [Patient], { description: 'Those this person is or acts for' })
  patients(@Root() user: User, @Ctx() { actor }: RequestContext): Patient[] {
    return canSeeContact(actor, user) ? user.patientIds.map((id) => ({ id })) : [];
  }

  @FieldResolver(() => Practitioner, { nullable: true })
  practitioner(@Root() { practitionerId }: User): Practitioner | null {
    return practitionerId === null ? null : { id: practitionerId };
  }
}

@Resolver(() => Membership)
export class MembershipResolver {
  @FieldResolver(() => User)
  user(@Root() membership: Membership, @Ctx() context: RequestContext): Promise<User | null> {
    return context.load(visibleUserById, membership.userId);
  }

  @FieldResolver(() => Organisation)
  organisation(@Root() membership: Membership, @Ctx() context: RequestContext): Promise<Organisation | null> {
    return context.load(organisationById, membership.organisationId);
  }

  @FieldResolver(() => [RoleView])
  async roles(@Root() { roleKeys }: Membership, @Ctx() { unit }: RequestContext): Promise<RoleView[]> {
    const own = roleKeys.filter((key) => !isSystemRole(key));
    const made = own.length > 0 ? await ownRoles(unit, own) : [];
    return [...roleKeys.filter(isSystemRole).map(roleOf), ...made.map(ownRoleOf)];
  }
}
