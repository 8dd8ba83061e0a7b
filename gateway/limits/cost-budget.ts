import { DomainError } from '#shared/errors';
import { type RequestLimits } from './request-limits';

/**
 * Refuses an operation that costs more than its caller may ask for at once.
 * @param clientId of the caller's token; clients can have budgets of their own
 * @throws {DomainError} LIMIT_EXCEEDED with the cost
 */
export function assertWithinBudget(
  cost: number,
  {
    limits,
    clientId,
  }: { readonly limits: Pick<RequestLimits, 'cost' | 'costOfClients'>; readonly clientId: string | null },
): void {
  const allowed = (clientId === null ? undefined : limits.costOfClients.get(clientId)) ?? limits.cost;
  if (cost <= allowed) return;
  throw new DomainError(
    'LIMIT_EXCEEDED',
    `The operation costs ${String(cost)}, more than the ${String(allowed)} allowed`,
    {
      details: { limit: 'cost', allowed, cost },
    },
  );
}
