import { hasScope, type Actor } from '#shared/auth';

/** Staff record consents for any patient of their organisation; a patient only for those they are or act for. */
export function canCaptureFor(actor: Actor, patientId: string): boolean {
  return hasScope(actor, 'consent:records:write') || actor.patientIds.includes(patientId);
}
