import { LessThan } from 'typeorm';
import { type UnitOfWork } from '#shared/database';
import { isId } from '#shared/ids';
import { type SystemAccess } from '#shared/subgraph';
import { type AuthPorts } from '../ports';
import { ApiClient } from './client.entity';
import { hintLength } from './client.service';
import { ClientSecret } from './secret.entity';

export interface ClientWork {
  readonly ports: AuthPorts;
  readonly system: SystemAccess;
  readonly at: Date;
}

const lastUsedGrainMs = 60_000;

/** Whether a secret is a live one of the client's. Whatever is wrong, the answer takes one hash's time. */
export async function matchesClientSecret(
  { ports, system, at }: ClientWork,
  clientId: string,
  clientSecret: string,
): Promise<boolean> {
  const client = await findClient(system, clientId);
  const unit = client && system.unitFor(client, at);
  const secret = unit && (await findSecret(unit, clientId, clientSecret));
  const isRight = await ports.hasher.matches(secret?.hash ?? null, clientSecret);
  if (!client || !unit || !isRight) return false;
  await noteUse(unit, client);
  return true;
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
