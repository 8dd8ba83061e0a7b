import { Arg, Ctx, Field, FieldResolver, Int, Mutation, ObjectType, Resolver } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { Payload, respond } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { Organisation } from '../organisations/organisation.entity';
import { type AuthPorts } from '../ports';
import { idleSecondsOf, setSessionIdleTimeout } from './session-rules.service';

@ObjectType()
export class OrganisationPayload extends Payload {
  @Field(() => Organisation, { nullable: true })
  organisation!: Organisation | null;
}

@Resolver(() => Organisation)
export class SessionRulesResolver {
  @RequireScopes('auth:organisations:read')
  @FieldResolver(() => Int, { description: 'After so long without a new token a person signs in again' })
  sessionIdleTimeoutSeconds(@Ctx() { unit, ports }: RequestContext<AuthPorts>): Promise<number> {
    return idleSecondsOf(unit, ports.config);
  }

  @RequireScopes('auth:organisations:write')
  @Mutation(() => OrganisationPayload, { description: 'For the caller’s organisation: 300 seconds at least' })
  setSessionIdleTimeout(
    @Arg('seconds', () => Int) seconds: number,
    @Ctx() { unit, ports }: RequestContext<AuthPorts>,
  ): Promise<OrganisationPayload> {
    return respond('organisation', setSessionIdleTimeout(unit, ports.config, seconds));
  }
}
