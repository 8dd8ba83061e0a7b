import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Authenticated, RequireScopes } from '#shared/auth';
import { listBy, respond } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { ConsentTextVersion } from '../texts/text.entity';
import { currentText } from '../texts/text.policy';
import { ConsentType } from './type.entity';
import { createConsentType, listConsentTypes } from './type.service';
import { ConsentTypePayload, CreateConsentTypeInput } from './type.types';

const textsOfType = listBy(ConsentTextVersion, 'typeId');

@Resolver(() => ConsentType)
export class ConsentTypeResolver {
  @Authenticated()
  @Query(() => [ConsentType])
  consentTypes(
    @Arg('active', () => Boolean, { defaultValue: true }) active: boolean,
    @Ctx() { unit }: RequestContext,
  ): Promise<ConsentType[]> {
    return listConsentTypes(unit, active);
  }

  @Authenticated()
  @Query(() => ConsentType, { nullable: true })
  consentType(@Arg('key') key: string, @Ctx() { unit }: RequestContext): Promise<ConsentType | null> {
    return unit.findBy(ConsentType, { key });
  }

  @RequireScopes('consent:types:write')
  @Mutation(() => ConsentTypePayload)
  createConsentType(
    @Arg('input') input: CreateConsentTypeInput,
    @Ctx() { unit }: RequestContext,
  ): Promise<ConsentTypePayload> {
    return respond('type', createConsentType(unit, input));
  }

  @FieldResolver(() => [ConsentTextVersion])
  versions(@Root() type: ConsentType, @Ctx() context: RequestContext): Promise<ConsentTextVersion[]> {
    return context.load(textsOfType, type.id);
  }

  @FieldResolver(() => ConsentTextVersion, { nullable: true })
  async currentVersion(
    @Root() type: ConsentType,
    @Arg('locale', () => String, { defaultValue: 'en-GB' }) locale: string,
    @Ctx() context: RequestContext,
  ): Promise<ConsentTextVersion | null> {
    return currentText(await context.load(textsOfType, type.id), locale);
  }
}
