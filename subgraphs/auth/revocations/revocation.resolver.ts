import { Arg, Ctx, Directive, Query, Resolver } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { type RequestContext } from '#shared/subgraph';
import { revocationsAfter } from './revocation.service';
import { Revocations } from './revocation.types';

@Resolver()
export class RevocationResolver {
  @RequireScopes('auth:revocations:read')
  @Directive('@inaccessible')
  @Query(() => Revocations, { description: 'For the gateways, which refuse the tokens that these are about' })
  revocations(
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Ctx() { system, actor, at }: RequestContext,
  ): Promise<Revocations> {
    return revocationsAfter(system, { actor, after: after ?? null, at });
  }
}
