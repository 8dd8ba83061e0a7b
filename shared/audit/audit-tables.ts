import { column, migration, type Migration } from '#shared/tables';
import { AuditBatch } from './audit-batch.entity';
import { AuditIntake } from './audit-intake.entity';

export const auditEntities = [AuditIntake, AuditBatch];

/** The sealer's lease is a row of the events module's `leases`: run `eventMigrations` in the same database. */
export const auditMigrations: Migration[] = [
  migration('1764000000020-create-audit-tables', async (schema) => {
    await schema.createTable(
      'audit_intake',
      {
        id: column.id,
        org_id: column.id,
        sequence: column.integer.orNull,
        record: column.text,
        leaf_hash: column.code,
        patient_id: column.code.orNull,
        occurred_at: column.time,
      },
      ['id'],
      {
        unique: [['org_id', 'sequence']],
        indexes: [
          ['sequence', 'id'],
          ['org_id', 'patient_id', 'occurred_at'],
          ['org_id', 'occurred_at'],
        ],
      },
    );
    await schema.createTable(
      'audit_batches',
      {
        org_id: column.id,
        number: column.integer,
        first_sequence: column.integer,
        last_sequence: column.integer,
        root: column.code,
        previous_hash: column.code,
        hash: column.code,
        sealed_at: column.time,
      },
      ['org_id', 'number'],
    );
  }),
];
