import { column, migration } from '#shared/tables';

export const createOAuthRecords = migration('1764000400001-create-oauth-records', async (schema) => {
  await schema.createTable(
    'oauth_records',
    {
      model: column.code,
      id_hash: column.code,
      grant_hash: column.code.orNull,
      account_hash: column.code.orNull,
      uid_hash: column.code.orNull,
      user_code_hash: column.code.orNull,
      payload: column.text,
      consumed_at: column.time.orNull,
      expires_at: column.time,
    },
    ['model', 'id_hash'],
    { indexes: [['grant_hash'], ['account_hash'], ['uid_hash'], ['user_code_hash'], ['expires_at']] },
  );
  await schema.createTenantTable(
    'sessions',
    {
      user_id: column.id,
      product_id: column.id,
      client_id: column.code,
      grant_hash: column.code,
      browser_hash: column.code.orNull,
      methods: column.text,
      authenticated_at: column.time,
      last_seen_at: column.time,
      expires_at: column.time,
      ended_at: column.time.orNull,
      end_reason: column.code.orNull,
      device: column.code.orNull,
      ip_hash: column.code.orNull,
    },
    { indexes: [['user_id']] },
  );
  await schema.addIndex('sessions', ['grant_hash']);
  await schema.addIndex('sessions', ['browser_hash']);
  await schema.createTenantTable('client_settings', {
    auth_method: column.code,
    redirect_uris: column.text,
    post_logout_redirect_uris: column.text,
    jwks: column.text.orNull,
  });
  await schema.createTenantTable(
    'client_consents',
    { user_id: column.id, client_id: column.id, scopes: column.text },
    { unique: [['user_id', 'client_id']] },
  );
});
