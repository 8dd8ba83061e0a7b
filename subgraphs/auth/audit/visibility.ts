import { In, type FindOptionsWhere } from 'typeorm';
import { hasScope, type Actor } from '#shared/auth';
import { type TenantEntity, type Visibility } from '#shared/database';

/** Auditors see their organisation's whole trail; a person sees what was done to their own records and those they act for. */
export function auditVisibility<E extends TenantEntity & { patientId: string | null }>(actor: Actor): Visibility<E> {
  const isAuditor = hasScope(actor, 'auth:audit:read') || hasScope(actor, 'auth:accesslog:read');
  if (actor.kind === 'service' || isAuditor) return 'all';
  return { patientId: In([...actor.patientIds]) } as FindOptionsWhere<E>;
}
