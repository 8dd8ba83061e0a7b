import { Arg, Ctx, Directive, Mutation, Resolver } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { type RequestContext } from '#shared/subgraph';
import { recordRefusals } from './refusal.service';
import { RefusalInput, RefusalsRecorded } from './refusal.types';

@Resolver()
export class RefusalResolver {
  @RequireScopes('auth:audit:record')
  @Directive('@tag(name: "internal")')
  @Mutation(() => RefusalsRecorded, { description: 'For the gateway: what it has refused' })
  recordRefusals(
    @Arg('refusals', () => [RefusalInput]) refusals: RefusalInput[],
    @Ctx() { unit, system }: RequestContext,
  ): Promise<RefusalsRecorded> {
    return recordRefusals(unit, system, refusals);
  }
}
