import { Arg, Ctx, Field, FieldResolver, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { Payload, respond } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { Organisation } from '../organisations/organisation.entity';
import { OrganisationSettings } from './settings.entity';
import { findSettings, setRequireMfa } from './settings.service';

@ObjectType()
export class OrgSettingsPayload extends Payload {
  @Field(() => OrganisationSettings, { nullable: true })
  settings!: OrganisationSettings | null;
}

@Resolver(() => Organisation)
export class SettingsResolver {
  @RequireScopes('auth:organisations:read')
  @FieldResolver(() => OrganisationSettings, {
    nullable: true,
    description: 'Null while the organisation has changed none',
  })
  settings(@Root() _organisation: Organisation, @Ctx() { unit }: RequestContext): Promise<OrganisationSettings | null> {
    return findSettings(unit);
  }

  @RequireScopes('auth:settings:write')
  @Mutation(() => OrgSettingsPayload, { description: 'Of the caller’s organisation, from the next sign-in on' })
  setRequireMfa(@Arg('requireMfa') requireMfa: boolean, @Ctx() { unit }: RequestContext): Promise<OrgSettingsPayload> {
    return respond('settings', setRequireMfa(unit, requireMfa));
  }
}
