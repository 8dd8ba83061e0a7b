import { column, migration } from '#shared/tables';

export const createAuditIndex = migration('1764000600002-create-audit-index', async (schema) => {
  await schema.createTenantTable(
    'audit_entries',
    {
      subgraph: column.code,
      sequence: column.integer,
      occurred_at: column.time,
      category: column.codeOf(32),
      action: column.codeOf(128),
      resource_type: column.codeOf(128),
      resource_id: column.codeOf(128),
      patient_id: column.code.orNull,
      actor_user_id: column.code.orNull,
      outcome: column.codeOf(16),
      break_glass: column.flag,
      record: column.text,
      leaf_hash: column.code,
    },
    {
      unique: [['subgraph', 'sequence']],
      indexes: [
        ['occurred_at', 'id'],
        ['patient_id', 'occurred_at', 'id'],
        ['actor_user_id', 'occurred_at', 'id'],
        ['resource_type', 'resource_id', 'occurred_at', 'id'],
      ],
    },
  );
  await schema.createTable(
    'trail_positions',
    {
      ...{ org_id: column.id, subgraph: column.code, region: column.codeOf(8), sequence: column.integer },
      ...{ batch_number: column.integer, batch_sequence: column.integer, batch_hash: column.code },
      ...{ broken_sequence: column.integer.orNull, indexed_at: column.time },
      ...{ checkpoint_sequence: column.integer, checkpoints: column.integer },
    },
    ['org_id', 'subgraph'],
  );
});
