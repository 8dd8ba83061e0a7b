import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import { Authenticated, RequireScopes } from '#shared/auth';
import { respond } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { type AuthPorts } from '../ports';
import { User } from '../users/user.entity';
import { UserPayload } from '../users/user.types';
import { refreshSession } from './open-session';
import { liveSessionsOf } from './session.loader';
import { logOut, revokeSession } from './session.service';
import { Session } from './session.entity';
import { TokensPayload, tokensOf } from './session.types';

@Resolver(() => User)
export class UserSessionsResolver {
  @RequireScopes('auth:users:self', 'auth:users:write')
  @FieldResolver(() => [Session], { description: 'Newest first; one’s own, or those of one’s organisation’s people' })
  sessions(@Root() user: User, @Ctx() context: RequestContext<AuthPorts>): Promise<Session[]> {
    return liveSessionsOf(context, user.id);
  }
}

@Resolver(() => Session)
export class SessionResolver {
  @Mutation(() => TokensPayload, {
    description: 'Open to everybody: the refresh token is what proves. One that was used before ends its session.',
  })
  async refreshToken(
    @Arg('refreshToken') refreshToken: string,
    @Ctx() { ports, system, at }: RequestContext<AuthPorts>,
  ): Promise<TokensPayload> {
    const { tokens, userErrors } = await respond('tokens', refreshSession({ ports, system, at }, refreshToken));
    return { tokens: tokens && tokensOf(tokens), userErrors };
  }

  @Authenticated()
  @Mutation(() => TokensPayload, { description: 'Ends the session of this token, or all of the caller’s' })
  async logout(
    @Arg('everywhere', () => Boolean, { defaultValue: false }) everywhere: boolean,
    @Ctx() { ports, system, at, actor }: RequestContext<AuthPorts>,
  ): Promise<TokensPayload> {
    const { userErrors } = await respond('done', logOut({ ports, system, at }, actor, everywhere));
    return { tokens: null, userErrors };
  }

  @RequireScopes('auth:users:self', 'auth:users:write')
  @Mutation(() => UserPayload)
  revokeSession(
    @Arg('id', () => ID) id: string,
    @Ctx() { unit, ports, system, at }: RequestContext<AuthPorts>,
  ): Promise<UserPayload> {
    return respond('user', revokeSession({ ports, system, at }, unit, id));
  }

  @FieldResolver(() => Boolean, { description: 'Whether the caller’s token is of this session' })
  current(@Root() { id }: Session, @Ctx() { actor }: RequestContext): boolean {
    return actor.token?.sessionId === id;
  }
}
