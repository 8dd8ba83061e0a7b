import { type CallerLimits, type Region, type Scope } from '#shared/auth';
import { isId } from '#shared/ids';
import { type SystemAccess } from '#shared/subgraph';
import { ApiClient } from '../clients/client.entity';
import { Organisation } from '../organisations/organisation.entity';
import { Product } from '../products/product.entity';
import { ClientSettings } from './client-settings.entity';
import { entitledScopes } from './scope.policy';

/** A client as the engine needs it: an API client, or a product that people sign in to without one. */
export interface RegisteredClient {
  readonly id: string;
  readonly name: string;
  readonly organisationId: string;
  readonly region: Region;
  readonly product: Product;
  /** client ∩ product. */
  readonly entitled: readonly Scope[];
  /** Null for a product. */
  readonly settings: ClientSettings | null;
  readonly isProduct: boolean;
  /** Null for a product. */
  readonly limits: CallerLimits | null;
}

interface Work {
  readonly system: SystemAccess;
  readonly at: Date;
}

/** @returns null when there is none, or when it, its product or its organisation is out of service */
export function findRegisteredClient(work: Work, clientId: string): Promise<RegisteredClient | null> {
  if (isId('cli', clientId)) return findApiClient(work, clientId);
  return isId('prd', clientId) ? findProduct(work, clientId) : Promise.resolve(null);
}

async function findApiClient({ system, at }: Work, clientId: string): Promise<RegisteredClient | null> {
  const client = await system.source.getRepository(ApiClient).findOneBy({ id: clientId });
  if (client?.status !== 'ACTIVE') return null;
  const { id, name, organisationId, region } = client;
  const unit = system.unitFor(client, at);
  const product = await unit.find(Product, client.productId);
  const organisation = await unit.find(Organisation, organisationId);
  if (!product || organisation?.status !== 'ACTIVE') return null;
  const entitled = entitledScopes({ client: client.scopeNames, product: product.allowedScopes });
  const settings = (await unit.find(ClientSettings, id)) ?? withoutSettings(client);
  return {
    id,
    name,
    organisationId,
    region,
    product,
    entitled,
    settings,
    isProduct: false,
    limits: client.callerLimits(),
  };
}

async function findProduct({ system, at }: Work, productId: string): Promise<RegisteredClient | null> {
  const product = await system.source.getRepository(Product).findOneBy({ id: productId });
  if (!product) return null;
  const { id, name, organisationId, region, allowedScopes: entitled } = product;
  const organisation = await system.unitFor(product, at).find(Organisation, organisationId);
  if (organisation?.status !== 'ACTIVE') return null;
  return { id, name, organisationId, region, product, entitled, settings: null, isProduct: true, limits: null };
}

function withoutSettings({ id, organisationId, region }: ApiClient): ClientSettings {
  const none = { authMethod: 'CLIENT_SECRET', redirectUris: [], postLogoutRedirectUris: [], jwks: null } as const;
  return Object.assign(new ClientSettings(), { id, organisationId, region, ...none });
}
