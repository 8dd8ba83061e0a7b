import { type FindOptionsWhere, In } from 'typeorm';
import { hasScope, type Actor, type Scope } from '#shared/auth';
import { type RowPolicy, type TenantEntity } from '#shared/database';

/** Staff who work with cases. Which fields of a case each may read is declared on the fields. */
export const caseStaff = [
  'clinical:cases:read',
  'clinical:cases:write',
  'clinical:images:read',
  'clinical:images:write',
  'clinical:diagnoses:write',
] as const satisfies readonly Scope[];

/** Staff who may know that a patient exists. Receptionists are among them, billing is not. */
export const patientStaff = [
  'clinical:patients:read',
  'clinical:patients:write',
  'clinical:records:read',
  ...caseStaff,
] as const satisfies readonly Scope[];

export function isStaff(actor: Actor, staff: readonly Scope[]): boolean {
  return actor.kind === 'service' || staff.some((scope) => hasScope(actor, scope));
}

/** Staff see all of their organisation's rows; a patient sees their own and those they act for. */
export function staffOrSelf<E extends TenantEntity & { patientId: string }>(staff: readonly Scope[]): RowPolicy<E> {
  return (actor) => (isStaff(actor, staff) ? 'all' : ({ patientId: In([...actor.patientIds]) } as FindOptionsWhere<E>));
}
