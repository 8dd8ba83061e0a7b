import { column, migration, type Migration } from '#shared/tables';
import { AuditBatch } from './audit-batch.entity';
import { AuditHead } from './audit-head.entity';
import { AuditIntake } from './audit-intake.entity';

export const auditEntities = [AuditIntake, AuditBatch, AuditHead];

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
  migration('1764000600001-create-audit-heads', async (schema) => {
    await schema.createTable(
      'audit_heads',
      {
        org_id: column.id,
        sequence: column.integer,
        forwarded_sequence: column.integer,
        pending_since: column.time.orNull,
      },
      ['org_id'],
      { indexes: [['pending_since']] },
    );
    await schema.run(
      `INSERT INTO audit_heads (org_id, sequence, forwarded_sequence, pending_since)
       SELECT org_id, MAX(last_sequence), 0, MIN(sealed_at) FROM audit_batches GROUP BY org_id`,
    );
  }),
];
