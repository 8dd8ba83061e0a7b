import { type FindOptionsWhere, In } from 'typeorm';
import { hasScope, type Actor, type Scope } from '#shared/auth';
import { type TenantEntity, type Visibility } from '#shared/database';

const billing = [
  ...([
    'payments:invoices:read',
    'payments:invoices:write',
    'payments:payments:read',
    'payments:payments:write',
  ] as const),
] as const satisfies readonly Scope[];

/** Billing staff see all rows of their organisation; a patient sees their own and those they act for. */
export function patientOrBilling<E extends TenantEntity & { patientId: string }>(actor: Actor): Visibility<E> {
  if (actor.kind === 'service' || billing.some((scope) => hasScope(actor, scope))) return 'all';
  return { patientId: In([...actor.patientIds]) } as FindOptionsWhere<E>;
}
