import { column, migration } from '#shared/tables';

export const createRevocations = migration('1764000700001-create-revocations', async (schema) => {
  await schema.createTenantTable('revocations', {
    kind: column.code,
    token_key: column.codeOf(255),
    issued_until: column.time,
    ends_at: column.time,
  });
  // Read across organisations, in the order they were made.
  await schema.addIndex('revocations', ['created_at', 'id']);
  await schema.addIndex('revocations', ['ends_at']);
});
