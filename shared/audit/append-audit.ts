import { type EntityManager } from 'typeorm';
import { newId } from '#shared/ids';
import { leafHash } from './audit-hashes';
import { AuditIntake } from './audit-intake.entity';
import { canonicalText, type AuditRecord } from './audit-record';

/** Rows of one statement: seven values each, and SQLite takes 32,766 (SQLITE_MAX_VARIABLE_NUMBER). */
const rowsPerStatement = 500;

/**
 * Stores audit records in the caller's transaction: what is done is recorded, what is rolled back is not.
 * It locks nothing; the sealer gives them their places in the chain afterwards.
 * @throws {TypeError} when a record holds free text; then none of them is stored.
 */
export async function appendAudit(manager: EntityManager, ...records: readonly AuditRecord[]): Promise<void> {
  const rows = records.map(rowOf);
  for (let from = 0; from < rows.length; from += rowsPerStatement) {
    const values = rows.slice(from, from + rowsPerStatement);
    await manager.createQueryBuilder().insert().into(AuditIntake).values(values).updateEntity(false).execute();
  }
}

function rowOf(record: AuditRecord): AuditIntake {
  const text = canonicalText(record);
  return {
    id: newId('aud'),
    organisationId: record.organisationId,
    sequence: null,
    record: text,
    leafHash: leafHash(text),
    patientId: record.patientId,
    occurredAt: record.at,
  };
}
