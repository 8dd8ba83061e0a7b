import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { respond } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { ApiClient } from '../clients/client.entity';
import { ApiClientPayload } from '../clients/client.types';
import { metadataOf, setClientMetadata } from './client-settings.service';
import { ClientMetadata, ClientMetadataInput } from './client-settings.types';

@Resolver(() => ApiClient)
export class ClientSettingsResolver {
  @RequireScopes('auth:clients:write')
  @Mutation(() => ApiClientPayload, { description: 'How the client proves itself, and where people are sent back to' })
  setClientMetadata(
    @Arg('id', () => ID) id: string,
    @Arg('input') input: ClientMetadataInput,
    @Ctx() { unit }: RequestContext,
  ): Promise<ApiClientPayload> {
    return respond('client', setClientMetadata(unit, id, input));
  }

  @FieldResolver(() => ClientMetadata)
  metadata(@Root() client: ApiClient, @Ctx() { unit }: RequestContext): Promise<ClientMetadata> {
    return metadataOf(unit, client);
  }
}
