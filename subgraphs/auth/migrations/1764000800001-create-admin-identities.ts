import { column, migration } from '#shared/tables';

export const createAdminIdentities = migration('1764000800001-create-admin-identities', async (schema) => {
  await schema.createTable(
    'admin_identities',
    {
      org_id: column.id,
      id: column.id,
      region: column.codeOf(8),
      version: column.integer,
      created_at: column.time,
      updated_at: column.time,
      user_id: column.id,
      subject_hash: column.code,
    },
    ['org_id', 'id'],
    // Over all organisations: one account of the provider is one administrator of the platform.
    { unique: [['user_id'], ['subject_hash']] },
  );
});
