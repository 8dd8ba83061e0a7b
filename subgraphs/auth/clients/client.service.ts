import { randomBytes } from 'node:crypto';
import { isScope } from '#shared/auth';
import { type UnitOfWork } from '#shared/database';
import { InputError } from '#shared/errors';
import { newId } from '#shared/ids';
import { type PasswordHasher } from '../logins/password-hasher';
import { Product } from '../products/product.entity';
import { endTokens } from '../revocations/end-tokens';
import { ApiClient } from './client.entity';
import { parseClientLimits } from './client-limits';
import { scopesBeyond } from './client.policy';
import { type CreateApiClientInput } from './client.types';
import { ClientSecret } from './secret.entity';

const secretBytes = 32;
export const hintLength = 4;
const maxNameLength = 100;
const maxGraceSeconds = 30 * 86_400;

export interface ClientWithSecret {
  readonly client: ApiClient;
  /** In clear, once; null when the request is a repetition. */
  readonly secret: string | null;
}

/** @throws {DomainError} BAD_USER_INPUT for scopes the product lacks; NOT_FOUND for the product. */
export async function createApiClient(
  unit: UnitOfWork,
  hasher: PasswordHasher,
  input: CreateApiClientInput,
): Promise<ClientWithSecret> {
  const { idempotencyKey, productId, scopes } = input;
  const limits = parseClientLimits(input.limits ?? {}, ['input', 'limits']);
  const name = input.name.trim();
  if (name === '' || name.length > maxNameLength)
    throw new InputError('A name has 1 to 100 characters', ['input', 'name']);
  const secret = await makeSecret(hasher);
  // A repetition gets the client of the first request, whose secret nobody has in clear any more.
  const made: { client: ApiClient | null } = { client: null };
  const client = await unit.once(
    ApiClient,
    { operation: 'createApiClient', key: idempotencyKey, request: input },
    async (tx) => {
      const product = await tx.get(Product, productId);
      const beyond = scopesBeyond(product, scopes);
      if (beyond.length > 0) throw new InputError('The product does not have all of these scopes', ['input', 'scopes']);
      const created = await tx.create(ApiClient, {
        ...{ id: newId('cli'), name, productId, scopeNames: [...new Set(scopes.filter(isScope))] },
        ...{ ...limits, status: 'ACTIVE', statusReason: null, lastUsedAt: null },
      });
      await storeSecret(tx, created, secret);
      await tx.publish('auth.client.created', announcement(created));
      made.client = created;
      return created;
    },
  );
  return { client, secret: made.client?.id === client.id ? secret.text : null };
}

/**
 * Gives a client a new secret. The ones it has stay valid for the grace period, so that it can be put in place meanwhile.
 * @throws {DomainError} ILLEGAL_TRANSITION for a revoked client; STALE_VERSION; NOT_FOUND; BAD_USER_INPUT.
 */
export async function rotateClientSecret(
  unit: UnitOfWork,
  hasher: PasswordHasher,
  { id, ifVersion, gracePeriodSeconds }: { id: string; ifVersion: number; gracePeriodSeconds: number },
): Promise<ClientWithSecret> {
  if (gracePeriodSeconds < 0 || gracePeriodSeconds > maxGraceSeconds) {
    throw new InputError('A grace period has 0 seconds to 30 days', ['gracePeriodSeconds']);
  }
  const secret = await makeSecret(hasher);
  const graceUntil = new Date(unit.at.getTime() + gracePeriodSeconds * 1_000);
  const client = await unit.transaction(async (tx) => {
    const rotated = await tx.get(ApiClient, id, { ifVersion });
    rotated.assertChangeable();
    for (const earlier of await tx.list(ClientSecret, { clientId: id })) {
      if (!earlier.isLiveAt(tx.at) || (earlier.expiresAt && earlier.expiresAt < graceUntil)) continue;
      earlier.expiresAt = graceUntil;
      await tx.save(earlier);
    }
    await storeSecret(tx, rotated, secret);
    await tx.publish('auth.client.rotated', announcement(rotated));
    return rotated;
  });
  return { client, secret: secret.text };
}

/**
 * Ends a client at once: no secret of it gets a token any more, and the tokens it holds have lost their effect.
 * @throws {DomainError} ILLEGAL_TRANSITION when it is revoked already; STALE_VERSION; NOT_FOUND.
 */
export async function revokeApiClient(
  unit: UnitOfWork,
  { id, ifVersion, reason }: { id: string; ifVersion: number; reason: string },
): Promise<ApiClient> {
  return unit.transaction(async (tx) => {
    const client = await tx.get(ApiClient, id, { ifVersion });
    client.become('REVOKED', reason);
    await tx.save(client);
    for (const secret of await tx.list(ClientSecret, { clientId: id })) {
      secret.revokedAt ??= tx.at;
      await tx.save(secret);
    }
    await tx.publish('auth.client.revoked', announcement(client));
    await endTokens(tx, { kind: 'CLIENT', key: id, isForGood: true });
    return client;
  });
}

interface FreshSecret {
  readonly text: string;
  readonly hash: string;
}

/** 256 random bits. Hashed before the transaction begins: that takes longer than anything in it. */
async function makeSecret(hasher: PasswordHasher): Promise<FreshSecret> {
  const text = randomBytes(secretBytes).toString('base64url');
  return { text, hash: await hasher.hash(text) };
}

async function storeSecret(tx: UnitOfWork, client: ApiClient, { text, hash }: FreshSecret): Promise<void> {
  await tx.create(ClientSecret, {
    ...{ id: newId('sec'), clientId: client.id, hash, hint: text.slice(-hintLength) },
    ...{ expiresAt: null, revokedAt: null },
  });
}

export function announcement({ id }: ApiClient): {
  resourceId: string;
  aggregate: { type: string; id: string };
  data: { clientId: string };
} {
  return { resourceId: id, aggregate: { type: 'ApiClient', id }, data: { clientId: id } };
}
