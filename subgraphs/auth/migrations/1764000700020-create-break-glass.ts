import { column, migration } from '#shared/tables';

export const createBreakGlass = migration('1764000700020-create-break-glass', async (schema) => {
  await schema.createTenantTable(
    'break_glass_grants',
    {
      token_id: column.codeOf(255),
      open_key: column.code.orNull,
      user_id: column.id,
      patient_id: column.id,
      reason: column.code,
      justification: column.text.orNull,
      started_at: column.time,
      expires_at: column.time,
      ended_at: column.time.orNull,
      status: column.code,
      review_due_at: column.time,
      escalated_at: column.time.orNull,
      reviewed_by_id: column.id.orNull,
      reviewed_at: column.time.orNull,
      review_note: column.text.orNull,
    },
    { indexes: [['patient_id'], ['status', 'review_due_at']], unique: [['open_key']] },
  );
  // Looked through across organisations.
  await schema.addIndex('break_glass_grants', ['status', 'expires_at']);
  await schema.addIndex('break_glass_grants', ['reviewed_at', 'review_due_at']);
  await schema.addColumn('organisations', 'break_glass_enabled', column.flag.orNull);
});
