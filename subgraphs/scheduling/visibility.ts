import { type FindOptionsWhere, In } from 'typeorm';
import { hasScope, type Actor } from '#shared/auth';
import { type TenantEntity, type Visibility } from '#shared/database';

/** Staff of the desk see all rows of their organisation; a patient sees their own and those they act for. */
export function deskOrSelf<E extends TenantEntity & { patientId: string }>(actor: Actor): Visibility<E> {
  const isStaff = hasScope(actor, 'scheduling:appointments:read') || hasScope(actor, 'scheduling:appointments:write');
  if (actor.kind === 'service' || isStaff) return 'all';
  return { patientId: In([...actor.patientIds]) } as FindOptionsWhere<E>;
}
