import { column, migration } from '#shared/tables';

export const createRoles = migration('1764000500003-create-roles', async (schema) => {
  await schema.createTenantTable(
    'roles',
    { key: column.code, name: column.text, scopes: column.text },
    { unique: [['key']] },
  );
  await schema.createTenantTable('organisation_settings', { require_mfa: column.flag });
  await schema.createTenantTable(
    'patient_links',
    {
      user_id: column.id,
      patient_id: column.id,
      relationship: column.code,
      valid_until: column.time.orNull,
      ended_at: column.time.orNull,
      end_reason: column.code.orNull,
    },
    { indexes: [['user_id'], ['patient_id']] },
  );
  await schema.addIndex('patient_links', ['valid_until']);
  await schema.createTenantTable(
    'user_index_entries',
    { user_id: column.id, field: column.code, token: column.code },
    { indexes: [['field', 'token'], ['user_id']] },
  );
  await schema.addColumn('users', 'deleted_by', column.codeOf(64).orNull);
});
