import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { type RequestContext } from '#shared/subgraph';
import { type AuthPorts } from '../ports';
import { verifyChains } from './chain-status.service';
import { AuditChainStatus } from './chain-status.types';

@Resolver()
export class ChainStatusResolver {
  @RequireScopes('auth:audit:read')
  @Query(() => [AuditChainStatus], {
    description: 'Recomputes the chains of the organisation: of one subgraph, or of all',
  })
  verifyAuditChain(
    @Arg('subgraph', () => String, { nullable: true }) subgraph: string | null | undefined,
    @Ctx() { unit, system, ports }: RequestContext<AuthPorts>,
  ): Promise<AuditChainStatus[]> {
    return verifyChains({ unit, system, ports }, subgraph ?? null);
  }
}
