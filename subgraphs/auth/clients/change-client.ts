import { isScope } from '#shared/auth';
import { type UnitOfWork } from '#shared/database';
import { DomainError, InputError } from '#shared/errors';
import { Product } from '../products/product.entity';
import { endTokens } from '../revocations/end-tokens';
import { ApiClient } from './client.entity';
import { parseClientLimits } from './client-limits';
import { scopesBeyond } from './client.policy';
import { announcement } from './client.service';
import { type ClientLimitsInput } from './client.types';
import { ClientSecret } from './secret.entity';

interface Change {
  readonly id: string;
  readonly ifVersion: number;
}

/**
 * Gives a client other scopes. Tokens that it holds end when some are taken away; it fetches others.
 * @throws {DomainError} BAD_USER_INPUT for scopes the product lacks; ILLEGAL_TRANSITION for a revoked client
 */
export function setApiClientScopes(
  unit: UnitOfWork,
  { scopes, ...change }: Change & { readonly scopes: readonly string[] },
): Promise<ApiClient> {
  return changeClient(unit, change, async (client, tx) => {
    const beyond = scopesBeyond(await tx.get(Product, client.productId), scopes);
    if (beyond.length > 0) throw new InputError('The product does not have all of these scopes', ['scopes']);
    const next = [...new Set(scopes.filter(isScope))];
    const isNarrower = client.scopeNames.some((scope) => !next.includes(scope));
    client.scopeNames = next;
    if (isNarrower) await endTokens(tx, { kind: 'CLIENT', key: client.id, isForGood: false });
  });
}

/**
 * Holds a client to other limits, all of them at once. They are in its tokens, so those it holds end.
 * @throws {DomainError} BAD_USER_INPUT; ILLEGAL_TRANSITION for a revoked client
 */
export async function setApiClientLimits(
  unit: UnitOfWork,
  { limits, ...change }: Change & { readonly limits: ClientLimitsInput },
): Promise<ApiClient> {
  const parsed = parseClientLimits(limits, ['limits']);
  return changeClient(unit, change, async (client, tx) => {
    Object.assign(client, parsed);
    await endTokens(tx, { kind: 'CLIENT', key: client.id, isForGood: false });
  });
}

/** Takes a client out of service for a while: it gets no token, and those it holds end. @throws {DomainError} ILLEGAL_TRANSITION */
export async function suspendApiClient(
  unit: UnitOfWork,
  { id, ifVersion, reason }: Change & { readonly reason: string },
): Promise<ApiClient> {
  return unit.transaction(async (tx) => {
    const client = await tx.get(ApiClient, id, { ifVersion });
    client.become('SUSPENDED', reason);
    await tx.save(client);
    await tx.publish('auth.client.suspended', announcement(client));
    await endTokens(tx, { kind: 'CLIENT', key: id, isForGood: false });
    return client;
  });
}

/** Puts it back: it gets tokens again. Those of before stay ended. @throws {DomainError} ILLEGAL_TRANSITION */
export async function reactivateApiClient(unit: UnitOfWork, { id, ifVersion }: Change): Promise<ApiClient> {
  return unit.transaction(async (tx) => {
    const client = await tx.get(ApiClient, id, { ifVersion });
    client.become('ACTIVE', null);
    await tx.save(client);
    await tx.publish('auth.client.reactivated', announcement(client));
    return client;
  });
}

/**
 * Takes all effect from one secret, e.g. one that has leaked. Nobody knows which tokens it was used for, so all that the
 * client holds end; with another secret it fetches others.
 * @throws {DomainError} NOT_FOUND; CONFLICT when it has no effect any more
 */
export async function revokeClientSecret(unit: UnitOfWork, secretId: string): Promise<ApiClient> {
  return unit.transaction(async (tx) => {
    const secret = await tx.get(ClientSecret, secretId);
    if (!secret.isLiveAt(tx.at)) throw new DomainError('CONFLICT', 'This secret has no effect any more');
    secret.revokedAt = tx.at;
    await tx.save(secret);
    const client = await tx.get(ApiClient, secret.clientId);
    await tx.publish('auth.client.changed', announcement(client));
    await endTokens(tx, { kind: 'CLIENT', key: client.id, isForGood: false });
    return client;
  });
}

async function changeClient(
  unit: UnitOfWork,
  { id, ifVersion }: Change,
  change: (client: ApiClient, tx: UnitOfWork) => Promise<void>,
): Promise<ApiClient> {
  return unit.transaction(async (tx) => {
    const client = await tx.get(ApiClient, id, { ifVersion });
    client.assertChangeable();
    await change(client, tx);
    await tx.save(client);
    await tx.publish('auth.client.changed', announcement(client));
    return client;
  });
}
