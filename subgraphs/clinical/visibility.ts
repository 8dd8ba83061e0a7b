import { type FindOperator, type FindOptionsWhere, In, Raw } from 'typeorm';
import { hasScope, type Actor, type Scope } from '#shared/auth';
import { type RowPolicy, type TenantEntity } from '#shared/database';
import { idBytes } from '#shared/ids';

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

/**
 * Which patients an actor may see: services all; staff those of their organisation whose record is not closed to them; a
 * patient themselves and those they act for. Who has broken the glass sees the one patient, whether or not their record
 * is closed, and as long as the token stands nobody else: so every access under it is one that it is for.
 * @returns null for all of them
 */
export function visiblePatients(actor: Actor, staff: readonly Scope[]): FindOperator<string> | null {
  if (actor.kind === 'service') return null;
  if (!isStaff(actor, staff)) return In([...actor.patientIds]);
  if (actor.breakGlassGrantId !== null) return In(actor.breakGlassPatientId ? [actor.breakGlassPatientId] : []);
  return notClosedTo(actor);
}

/** The organisation stands around it, by the UnitOfWork and on MySQL by the views. */
function notClosedTo({ userId }: Actor): FindOperator<string> {
  const closed = `SELECT r.patient_id FROM record_restrictions r WHERE NOT EXISTS (
    SELECT 1 FROM care_team_members m WHERE m.patient_id = r.patient_id AND m.user_id = :careTeamMember)`;
  const careTeamMember = userId === null ? Buffer.alloc(0) : idBytes('usr', userId);
  return Raw((column) => `${column} NOT IN (${closed})`, { careTeamMember }) as FindOperator<string>;
}

export function staffOrSelf<E extends TenantEntity & { patientId: string }>(staff: readonly Scope[]): RowPolicy<E> {
  return (actor) => {
    const patientId = visiblePatients(actor, staff);
    return patientId ? ({ patientId } as FindOptionsWhere<E>) : 'all';
  };
}
