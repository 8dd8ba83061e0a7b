import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { byId, respond } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { ConsentType } from '../types/type.entity';
import { ConsentTextVersion } from './text.entity';
import { draftConsentText, publishConsentText } from './text.service';
import { ConsentTextPayload } from './text.types';

const typeById = byId(ConsentType);

@Resolver(() => ConsentTextVersion)
export class ConsentTextResolver {
  @RequireScopes('consent:types:write')
  @Mutation(() => ConsentTextPayload)
  draftConsentText(
    @Arg('typeKey') typeKey: string,
    @Arg('locale') locale: string,
    @Arg('title') title: string,
    @Arg('body') body: string,
    @Ctx() { unit }: RequestContext,
  ): Promise<ConsentTextPayload> {
    return respond('textVersion', draftConsentText(unit, { typeKey, locale, title, body }));
  }

  @RequireScopes('consent:types:publish')
  @Mutation(() => ConsentTextPayload)
  publishConsentText(
    @Arg('id', () => ID) id: string,
    @Arg('requiresReconsent') requiresReconsent: boolean,
    @Ctx() { unit }: RequestContext,
  ): Promise<ConsentTextPayload> {
    return respond('textVersion', publishConsentText(unit, id, requiresReconsent));
  }

  @FieldResolver(() => ConsentType)
  type(@Root() text: ConsentTextVersion, @Ctx() context: RequestContext): Promise<ConsentType | null> {
    return context.load(typeById, text.typeId);
  }
}
