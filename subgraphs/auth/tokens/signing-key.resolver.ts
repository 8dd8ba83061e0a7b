import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { type RequestContext } from '#shared/subgraph';
import { type AuthPorts } from '../ports';
import { type SigningKey } from './signing-key.entity';
import { listSigningKeys, revokeSigningKey, rotateSigningKey } from './signing-key.service';
import { SigningKeyView } from './signing-key.types';

@Resolver(() => SigningKeyView)
export class SigningKeyResolver {
  @RequireScopes('auth:keys:read')
  @Query(() => [SigningKeyView], { description: 'Newest first' })
  async signingKeys(@Ctx() context: RequestContext<AuthPorts>): Promise<SigningKeyView[]> {
    return viewsOf(await listSigningKeys(context));
  }

  @RequireScopes('auth:keys:write')
  @Mutation(() => [SigningKeyView], {
    description: 'Lets the next key sign as soon as it has been published for long enough; no token is lost by it',
  })
  async rotateSigningKey(@Ctx() context: RequestContext<AuthPorts>): Promise<SigningKeyView[]> {
    return viewsOf(await rotateSigningKey(context));
  }

  @RequireScopes('auth:keys:write')
  @Mutation(() => [SigningKeyView], {
    description: 'For a key that has leaked: its tokens are refused from now on, and the next key signs at once',
  })
  async revokeSigningKey(
    @Arg('kid') kid: string,
    @Ctx() context: RequestContext<AuthPorts>,
  ): Promise<SigningKeyView[]> {
    return viewsOf(await revokeSigningKey(context, kid));
  }
}

function viewsOf(keys: readonly SigningKey[]): SigningKeyView[] {
  return keys.map(({ kid, alg, status, notBefore, createdAt, retireAt }) => ({
    ...{ kid, alg, status, retireAt },
    notBefore: notBefore ?? createdAt,
  }));
}
