import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import { Authenticated, scopes } from '#shared/auth';
import { type RequestContext } from '#shared/subgraph';
import { scopeOf, ScopeView } from './scope.types';

@Resolver()
export class ScopeResolver {
  @Authenticated()
  @Query(() => [ScopeView], { description: 'Every scope there is, in alphabetical order' })
  scopes(@Arg('module', () => String, { nullable: true }) module: string | null): ScopeView[] {
    return scopes.map(scopeOf).filter((scope) => !module || scope.module === module);
  }

  @Authenticated()
  @Query(() => [String], { description: 'The scopes of the token this request came with' })
  viewerScopes(@Ctx() { actor }: RequestContext): string[] {
    return [...actor.scopes].sort();
  }
}
