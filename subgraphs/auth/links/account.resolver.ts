import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { respond } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { changePassword, requestPasswordReset, resetPassword } from '../passwords/password.service';
import { type AuthPorts } from '../ports';
import { UserPayload } from '../users/user.types';
import { AccountPayload, InvitationPayload } from './account.types';
import { acceptInvitation, describeInvitation } from './invitation.service';
import { requestEmailVerification, verifyEmail } from './verification.service';

type Context = RequestContext<AuthPorts>;

@Resolver()
export class AccountResolver {
  @Mutation(() => AccountPayload, {
    description: 'Sends a link to choose a new password, if there is such an account. The answer is the same if not.',
  })
  requestPasswordReset(@Arg('email') email: string, @Ctx() context: Context): Promise<AccountPayload> {
    return accepted(requestPasswordReset(context, email));
  }

  @Mutation(() => AccountPayload, { description: 'Open to whoever has the link. Second factors stay.' })
  resetPassword(
    @Arg('token') token: string,
    @Arg('newPassword') newPassword: string,
    @Ctx() context: Context,
  ): Promise<AccountPayload> {
    return accepted(resetPassword(context, { token, newPassword }));
  }

  @Mutation(() => AccountPayload, { description: 'Open to whoever has the link.' })
  verifyEmail(@Arg('token') token: string, @Ctx() context: Context): Promise<AccountPayload> {
    return accepted(verifyEmail(context, token));
  }

  @Query(() => InvitationPayload, { description: 'Open to whoever has the link.' })
  invitation(@Arg('token') token: string, @Ctx() context: Context): Promise<InvitationPayload> {
    return respond('invitation', describeInvitation(context, token));
  }

  @Mutation(() => AccountPayload, { description: 'Open to whoever has the link.' })
  acceptInvitation(
    @Arg('token') token: string,
    @Arg('password', () => String, { nullable: true }) password: string | null,
    @Ctx() context: Context,
  ): Promise<AccountPayload> {
    return accepted(acceptInvitation(context, { token, password: password ?? null }));
  }

  @RequireScopes('auth:users:self')
  @Mutation(() => UserPayload, { description: 'Sends the caller a link that confirms their address' })
  requestEmailVerification(@Ctx() { unit, ports, system }: Context): Promise<UserPayload> {
    return respond('user', requestEmailVerification({ unit, ports, system }));
  }

  @RequireScopes('auth:users:self')
  @Mutation(() => UserPayload, { description: 'Needs `stepUp` for CHANGE_PASSWORD' })
  changePassword(
    @Arg('newPassword') newPassword: string,
    @Arg('stepUpToken') stepUpToken: string,
    @Ctx() { unit, ports, system }: Context,
  ): Promise<UserPayload> {
    return respond('user', changePassword({ unit, ports, system }, { newPassword, stepUpToken }));
  }
}

async function accepted(done: Promise<void>): Promise<AccountPayload> {
  const answer = await respond(
    'accepted',
    done.then(() => true),
  );
  return answer;
}
