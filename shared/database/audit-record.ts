import { type AuditRecord } from '#shared/audit';
import { type Actor } from '#shared/auth';
import { currentContext } from '#shared/context';

type What = Pick<AuditRecord, 'category' | 'action' | 'resourceType' | 'resourceId'> & { patientId: string | null };

/** Who did what to whose record, from the actor and the present context. */
export function auditRecord(actor: Actor, at: Date, what: What): AuditRecord {
  const { correlationId, operationName } = currentContext();
  return {
    ...what,
    at,
    organisationId: actor.organisationId,
    region: actor.region,
    actor: { kind: actor.kind, subject: actor.subject, clientId: actor.clientId, userId: actor.userId },
    purpose: null,
    outcome: 'SUCCESS',
    operationName,
    correlationId,
    consentRecordId: null,
    breakGlass: false,
  };
}
