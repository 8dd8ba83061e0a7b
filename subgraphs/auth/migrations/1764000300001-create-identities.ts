import { column, migration } from '#shared/tables';

export const createIdentities = migration('1764000300001-create-identities', async (schema) => {
  await schema.createTenantTable('organisations', { name: column.text, slug: column.code, status: column.code });
  await schema.createTenantTable(
    'products',
    { key: column.code, name: column.text, auth_methods: column.text, allowed_scopes: column.text },
    { unique: [['key']] },
  );
  await schema.createTenantTable(
    'api_clients',
    {
      name: column.text,
      product_id: column.id,
      scopes: column.text,
      status: column.code,
      revocation_reason: column.text.orNull,
      last_used_at: column.time.orNull,
    },
    { indexes: [['product_id'], ['created_at']] },
  );
  await schema.addIndex('api_clients', ['id']);
  await schema.createTenantTable(
    'client_secrets',
    {
      client_id: column.id,
      hash: column.codeOf(255),
      hint: column.code,
      expires_at: column.time.orNull,
      revoked_at: column.time.orNull,
    },
    { indexes: [['client_id']] },
  );
  await schema.createTenantTable(
    'users',
    {
      email: column.text.orNull,
      phone_number: column.text.orNull,
      first_name: column.text.orNull,
      last_name: column.text.orNull,
      status: column.code,
      status_reason: column.text.orNull,
      patient_ids: column.text,
      practitioner_id: column.id.orNull,
      last_login_at: column.time.orNull,
      deleted_at: column.time.orNull,
    },
    { indexes: [['created_at']] },
  );
  await schema.createTenantTable(
    'memberships',
    { user_id: column.id, roles: column.text, status: column.code },
    { indexes: [['user_id']] },
  );
  await schema.createTenantTable('user_credentials', {
    password_hash: column.codeOf(255),
    failures: column.integer,
    locked_until: column.time.orNull,
  });
});
