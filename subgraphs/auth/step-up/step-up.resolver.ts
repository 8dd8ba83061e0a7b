import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { Authenticated } from '#shared/auth';
import { respond } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { FactorInput, proofOf } from '../mfa/mfa.types';
import { type AuthPorts } from '../ports';
import { type StepUpPurpose, StepUpPurposeEnum } from './step-up.codes';
import { stepUp } from './step-up.service';
import { StepUpPayload } from './step-up.types';

@Resolver()
export class StepUpResolver {
  @Authenticated()
  @Mutation(() => StepUpPayload, {
    description: 'Proves anew who the caller is: by a second factor when they have one, else by their password',
  })
  stepUp(
    @Arg('purpose', () => StepUpPurposeEnum) purpose: StepUpPurpose,
    @Arg('password', () => String, { nullable: true }) password: string | null,
    @Arg('factor', () => FactorInput, { nullable: true }) factor: FactorInput | null,
    @Ctx() { unit, ports, system }: RequestContext<AuthPorts>,
  ): Promise<StepUpPayload> {
    const request = { purpose, password: password ?? null, factor: factor ? proofOf(factor) : null };
    return respond('stepUp', stepUp({ unit, ports, system }, request));
  }
}
