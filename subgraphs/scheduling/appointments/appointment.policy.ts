import { hasScope, type Actor } from '#shared/auth';

/** Staff book for and cancel on behalf of any patient; a patient only for those they are or act for. */
export function canActFor(actor: Actor, patientId: string): boolean {
  return hasScope(actor, 'scheduling:appointments:write') || actor.patientIds.includes(patientId);
}
