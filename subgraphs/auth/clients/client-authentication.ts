import { LessThan } from 'typeorm';
import { type UnitOfWork } from '#shared/database';
import { isId } from '#shared/ids';
import { type SystemAccess } from '#shared/subgraph';
import { Organisation } from '../organisations/organisation.entity';
import { type AuthPorts } from '../ports';
import { Product } from '../products/product.entity';
import { ApiClient } from './client.entity';
import { hintLength } from './client.service';
import { ClientSecret } from './secret.entity';

export interface ClientWork {
  readonly ports: AuthPorts;
  readonly system: SystemAccess;
  readonly at: Date;
}

export interface AuthenticatedClient {
  readonly client: ApiClient;
  readonly product: Product;
}

const lastUsedGrainMs = 60_000;

/**
 * The client that these credentials prove, at whatever organisation.
 * @returns null for every kind of wrong: unknown, revoked, wrong secret, closed organisation. All take one hash's time.
 */
export async function authenticateClient(
  { ports, system, at }: ClientWork,
  clientId: string,
  clientSecret: string,
): Promise<AuthenticatedClient | null> {
  const client = await findClient(system, clientId);
  const secret = client && (await findSecret(system.unitFor(client, at), client.id, clientSecret));
  const isRight = await ports.hasher.matches(secret?.hash ?? null, clientSecret);
  return client && isRight ? admitted(system.unitFor(client, at), client) : null;
}

/** The secret was right; now the client, its organisation and its product must be in service too. */
async function admitted(unit: UnitOfWork, client: ApiClient): Promise<AuthenticatedClient | null> {
  if (client.status !== 'ACTIVE') return null;
  const organisation = await unit.find(Organisation, client.organisationId);
  const product = await unit.find(Product, client.productId);
  if (organisation?.status !== 'ACTIVE' || !product) return null;
  await noteUse(unit, client);
  return { client, product };
}

function findClient({ source }: SystemAccess, clientId: string): Promise<ApiClient | null> {
  return isId('cli', clientId) ? source.getRepository(ApiClient).findOneBy({ id: clientId }) : Promise.resolve(null);
}

/** The hint picks the secret that can match, so that a client with several secrets costs one hash like any other. */
async function findSecret(unit: UnitOfWork, clientId: string, clientSecret: string): Promise<ClientSecret | null> {
  const candidates = await unit.list(ClientSecret, { clientId, hint: clientSecret.slice(-hintLength) });
  return candidates.find((secret) => secret.isLiveAt(unit.at)) ?? null;
}

/** To the minute: a write per token would cost more than it tells. */
async function noteUse(unit: UnitOfWork, { id, lastUsedAt }: ApiClient): Promise<void> {
  const stale = new Date(unit.at.getTime() - lastUsedGrainMs);
  if (lastUsedAt === null) await unit.updateWhere(ApiClient, { id }, { lastUsedAt: unit.at });
  else if (lastUsedAt < stale)
    await unit.updateWhere(ApiClient, { id, lastUsedAt: LessThan(stale) }, { lastUsedAt: unit.at });
}
