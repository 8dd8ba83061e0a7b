import { Arg, Ctx, Directive, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { isScope, RequireScopes } from '#shared/auth';
import { byId, connectionOf, type Connection, listBy, listSize, respond } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { Organisation } from '../organisations/organisation.entity';
import { type AuthPorts } from '../ports';
import { Product } from '../products/product.entity';
import { scopeOf, ScopeView } from '../scopes/scope.types';
import { ApiClient } from './client.entity';
import { type ClientWithSecret, createApiClient, revokeApiClient, rotateClientSecret } from './client.service';
import {
  reactivateApiClient,
  revokeClientSecret,
  setApiClientLimits,
  setApiClientScopes,
  suspendApiClient,
} from './change-client';
import {
  ApiClientConnection,
  ApiClientPayload,
  ClientLimitsInput,
  ClientSecretView,
  CreateApiClientInput,
  CreateApiClientPayload,
} from './client.types';
import { ClientSecret } from './secret.entity';

const productById = byId(Product);
const organisationById = byId(Organisation);
const secretsOfClient = listBy(ClientSecret, 'clientId');

@Resolver(() => ApiClient)
export class ApiClientResolver {
  @RequireScopes('auth:clients:read')
  @Directive(listSize)
  @Query(() => ApiClientConnection)
  async apiClients(
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Ctx() { unit }: RequestContext,
  ): Promise<Connection<ApiClient>> {
    return connectionOf(await unit.page(ApiClient, { where: {}, first, after: after ?? null }));
  }

  @RequireScopes('auth:clients:write')
  @Mutation(() => CreateApiClientPayload)
  createApiClient(
    @Arg('input') input: CreateApiClientInput,
    @Ctx() { unit, ports }: RequestContext<AuthPorts>,
  ): Promise<CreateApiClientPayload> {
    return withSecret(createApiClient(unit, ports.hasher, input));
  }

  @RequireScopes('auth:clients:write')
  @Mutation(() => CreateApiClientPayload)
  rotateClientSecret(
    @Arg('id', () => ID) id: string,
    @Arg('ifVersion', () => Int) ifVersion: number,
    @Arg('gracePeriodSeconds', () => Int, { defaultValue: 86_400 }) gracePeriodSeconds: number,
    @Ctx() { unit, ports }: RequestContext<AuthPorts>,
  ): Promise<CreateApiClientPayload> {
    return withSecret(rotateClientSecret(unit, ports.hasher, { id, ifVersion, gracePeriodSeconds }));
  }

  @RequireScopes('auth:clients:write')
  @Mutation(() => ApiClientPayload)
  revokeApiClient(
    @Arg('id', () => ID) id: string,
    @Arg('ifVersion', () => Int) ifVersion: number,
    @Arg('reason') reason: string,
    @Ctx() { unit }: RequestContext,
  ): Promise<ApiClientPayload> {
    return respond('client', revokeApiClient(unit, { id, ifVersion, reason }));
  }

  @RequireScopes('auth:clients:write')
  @Mutation(() => ApiClientPayload, { description: 'Its tokens end when some are taken away' })
  setApiClientScopes(
    @Arg('id', () => ID) id: string,
    @Arg('ifVersion', () => Int) ifVersion: number,
    @Arg('scopes', () => [String]) scopes: string[],
    @Ctx() { unit }: RequestContext,
  ): Promise<ApiClientPayload> {
    return respond('client', setApiClientScopes(unit, { id, ifVersion, scopes }));
  }

  @RequireScopes('auth:clients:write')
  @Mutation(() => ApiClientPayload, { description: 'Its tokens end: the next ones hold it to these limits' })
  setApiClientLimits(
    @Arg('id', () => ID) id: string,
    @Arg('ifVersion', () => Int) ifVersion: number,
    @Arg('limits') limits: ClientLimitsInput,
    @Ctx() { unit }: RequestContext,
  ): Promise<ApiClientPayload> {
    return respond('client', setApiClientLimits(unit, { id, ifVersion, limits }));
  }

  @RequireScopes('auth:clients:write')
  @Mutation(() => ApiClientPayload)
  suspendApiClient(
    @Arg('id', () => ID) id: string,
    @Arg('ifVersion', () => Int) ifVersion: number,
    @Arg('reason') reason: string,
    @Ctx() { unit }: RequestContext,
  ): Promise<ApiClientPayload> {
    return respond('client', suspendApiClient(unit, { id, ifVersion, reason }));
  }

  @RequireScopes('auth:clients:write')
  @Mutation(() => ApiClientPayload)
  reactivateApiClient(
    @Arg('id', () => ID) id: string,
    @Arg('ifVersion', () => Int) ifVersion: number,
    @Ctx() { unit }: RequestContext,
  ): Promise<ApiClientPayload> {
    return respond('client', reactivateApiClient(unit, { id, ifVersion }));
  }

  @RequireScopes('auth:clients:write')
  @Mutation(() => ApiClientPayload, { description: 'All tokens that the client holds end' })
  revokeClientSecret(@Arg('id', () => ID) id: string, @Ctx() { unit }: RequestContext): Promise<ApiClientPayload> {
    return respond('client', revokeClientSecret(unit, id));
  }

  @FieldResolver(() => [String], { description: 'Networks it may call from; none: from anywhere' })
  ipAllowList(@Root() client: ApiClient): readonly string[] {
    return client.callerLimits().networks;
  }

  @FieldResolver(() => Boolean)
  persistedOperationsOnly(@Root() client: ApiClient): boolean {
    return client.callerLimits().persistedOnly;
  }

  @FieldResolver(() => ID, { description: 'What it names itself by at the token endpoint' })
  clientId(@Root() client: ApiClient): string {
    return client.id;
  }

  @FieldResolver(() => Organisation)
  organisation(@Root() client: ApiClient, @Ctx() context: RequestContext): Promise<Organisation | null> {
    return context.load(organisationById, client.organisationId);
  }

  @FieldResolver(() => Product)
  product(@Root() client: ApiClient, @Ctx() context: RequestContext): Promise<Product | null> {
    return context.load(productById, client.productId);
  }

  @FieldResolver(() => [ScopeView])
  scopes(@Root() client: ApiClient): ScopeView[] {
    // One that it was given and that the platform has no more says nothing.
    return client.scopeNames.filter(isScope).map(scopeOf);
  }

  @FieldResolver(() => [ClientSecretView])
  async secrets(@Root() client: ApiClient, @Ctx() context: RequestContext): Promise<ClientSecretView[]> {
    const secrets = await context.load(secretsOfClient, client.id);
    return secrets.map((secret) => {
      const { id, hint, createdAt, expiresAt } = secret;
      return { id, hint, createdAt, expiresAt, status: secret.statusAt(context.at) };
    });
  }
}

async function withSecret(answer: Promise<ClientWithSecret>): Promise<CreateApiClientPayload> {
  const { created, userErrors } = await respond('created', answer);
  return { client: created?.client ?? null, secret: created?.secret ?? null, userErrors };
}
