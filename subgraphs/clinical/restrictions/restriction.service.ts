import { isUniqueViolation, type UnitOfWork } from '#shared/database';
import { ConflictError, ForbiddenError, InputError } from '#shared/errors';
import { newId, parseId } from '#shared/ids';
import { Patient } from '../patients/patient.entity';
import { CareTeamMember, RecordRestriction } from './restriction.entity';

const maxMembers = 50;

/**
 * Closes a patient's record to everybody but a care team, or names another care team. A person who does so is part of it.
 * @throws {DomainError} NOT_FOUND for who cannot see the patient; BAD_USER_INPUT for a team of nobody or of too many
 */
export async function restrictRecord(
  unit: UnitOfWork,
  { patientId, careTeam }: { readonly patientId: string; readonly careTeam: readonly string[] },
): Promise<Patient> {
  assertOwnRight(unit);
  const given = careTeam.map((id) => parseId('usr', id));
  const members = [...new Set([...given, ...(unit.actor.userId === null ? [] : [unit.actor.userId])])];
  if (members.length === 0 || members.length > maxMembers) {
    throw new InputError('A care team has 1 to 50 members', ['careTeam']);
  }
  try {
    return await unit.transaction(async (tx) => {
      const patient = await tx.get(Patient, patientId);
      const known = await tx.findBy(RecordRestriction, { patientId });
      if (!known) await tx.create(RecordRestriction, { id: newId('rst'), patientId });
      await tx.remove(CareTeamMember, { patientId });
      for (const userId of members) await tx.create(CareTeamMember, { id: newId('ctm'), patientId, userId });
      await tx.publish('clinical.patient.restricted', announcement(patientId));
      return patient;
    });
  } catch (error) {
    if (isUniqueViolation(error)) throw new ConflictError('Somebody else is doing the same');
    throw error;
  }
}

/** Opens it again. Opening one that is open changes nothing. @throws {DomainError} NOT_FOUND for who cannot see the patient */
export async function liftRestriction(unit: UnitOfWork, patientId: string): Promise<Patient> {
  assertOwnRight(unit);
  return unit.transaction(async (tx) => {
    const patient = await tx.get(Patient, patientId);
    if ((await tx.remove(RecordRestriction, { patientId })) > 0) {
      await tx.remove(CareTeamMember, { patientId });
      await tx.publish('clinical.patient.unrestricted', announcement(patientId));
    }
    return patient;
  });
}

/** Who has broken the glass may look and treat, not decide who else may. */
function assertOwnRight({ actor }: UnitOfWork): void {
  if (actor.breakGlassGrantId !== null) throw new ForbiddenError('Not under break-glass');
}

function announcement(patientId: string): {
  resourceId: string;
  aggregate: { type: string; id: string };
  data: { patientId: string };
} {
  return { resourceId: patientId, aggregate: { type: 'Patient', id: patientId }, data: { patientId } };
}
