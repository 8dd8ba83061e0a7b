import { parseNetwork } from '#shared/auth';
import { InputError } from '#shared/errors';
import { type ApiClient } from './client.entity';
import { type ClientLimitsInput } from './client.types';

const maxRequestsPerMinute = 1_000_000;
/** They are in every token of the client. */
const maxNetworks = 20;

/** @throws {DomainError} BAD_USER_INPUT naming the field at fault */
export function parseClientLimits(
  limits: ClientLimitsInput,
  path: readonly string[],
): Pick<ApiClient, 'rateLimitPerMinute' | 'networks' | 'isPersistedOnly'> {
  const { rateLimitPerMinute = null, ipAllowList, persistedOperationsOnly = false } = limits;
  if (rateLimitPerMinute !== null && (rateLimitPerMinute < 1 || rateLimitPerMinute > maxRequestsPerMinute)) {
    throw new InputError('A rate is 1 to 1,000,000 requests per minute', [...path, 'rateLimitPerMinute']);
  }
  const networks = [...new Set(ipAllowList ?? [])];
  if (networks.length > maxNetworks) throw new InputError('At most 20 networks', [...path, 'ipAllowList']);
  if (networks.some((network) => parseNetwork(network) === null)) {
    throw new InputError('A network is written in CIDR notation, e.g. 192.0.2.0/24', [...path, 'ipAllowList']);
  }
  return { rateLimitPerMinute, networks, isPersistedOnly: persistedOperationsOnly };
}
