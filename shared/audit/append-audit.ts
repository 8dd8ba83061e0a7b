import { type EntityManager } from 'typeorm';
import { newId } from '#shared/ids';
import { leafHash } from './audit-hashes';
import { AuditIntake } from './audit-intake.entity';
import { canonicalText, type AuditRecord } from './audit-record';

/**
 * Stores an audit record in the caller's transaction: what is done is recorded, what is rolled back is not.
 * It locks nothing; the sealer gives it its place in the chain afterwards.
 * @throws {TypeError} when the record holds free text.
 */
export async function appendAudit(manager: EntityManager, record: AuditRecord): Promise<void> {
  const text = canonicalText(record);
  await manager.insert(AuditIntake, {
    id: newId('aud'),
    organisationId: record.organisationId,
    sequence: null,
    record: text,
    leafHash: leafHash(text),
    patientId: record.patientId,
    occurredAt: record.at,
  });
}
