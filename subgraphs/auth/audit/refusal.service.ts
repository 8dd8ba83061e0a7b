import { appendAudit, type AuditRecord } from '#shared/audit';
import { type UnitOfWork, inTransaction } from '#shared/database';
import { ForbiddenError, InputError } from '#shared/errors';
import { type SystemAccess } from '#shared/subgraph';
import { type RefusalInput, type RefusalsRecorded } from './refusal.types';

const kinds = ['user', 'client', 'service'] as const;

/**
 * Records what the gateway has refused: it has no database of its own.
 * @throws {DomainError} FORBIDDEN for everybody else; BAD_USER_INPUT
 */
export async function recordRefusals(
  unit: UnitOfWork,
  system: SystemAccess,
  refusals: readonly RefusalInput[],
): Promise<RefusalsRecorded> {
  if (unit.actor.subject !== 'service:gateway') throw new ForbiddenError('Only the gateway says what it has refused');
  const records = refusals.map((refusal) => recordOf(unit, refusal));
  await inTransaction(system.source, (manager) => appendAudit(manager, ...records));
  return { count: records.length };
}

function recordOf({ actor: gateway }: UnitOfWork, { actor, purpose, ...refusal }: RefusalInput): AuditRecord {
  const { actedBy, breakGlassGrantId, subject, userId, clientId, roles } = actor;
  const kind = kinds.find((one) => one === actor.kind);
  if (!kind) throw new InputError('An actor is a user, a client or a service', ['refusals', 'actor', 'kind']);
  const { at, action, correlationId, resourceType, resourceId, resourceCount, patientId, reason } = refusal;
  return {
    ...{ at, action, correlationId, resourceType, resourceId, resourceCount, patientId, reason, purpose },
    ...{ organisationId: gateway.organisationId, region: gateway.region, operationName: null },
    actor: {
      kind,
      subject,
      userId,
      clientId,
      roles,
      act: actedBy === null ? null : { subject: actedBy, clientId: null },
    },
    ...{ category: 'AUTHORIZATION', outcome: 'DENIED', consentRecordId: null },
    purposeBasis: purpose === null ? null : 'CONSENT',
    ...{ breakGlass: breakGlassGrantId !== null, breakGlassGrantId },
  };
}
