import { column, migration } from '#shared/tables';

export const createPlatformTables = migration('1764000300002-create-platform-tables', async (schema) => {
  // A tenant table but for its unique index, which spans organisations: an address opens one account.
  await schema.createTable(
    'logins',
    {
      org_id: column.id,
      id: column.id,
      region: column.codeOf(8),
      version: column.integer,
      created_at: column.time,
      updated_at: column.time,
      email_hash: column.code,
    },
    ['org_id', 'id'],
    { unique: [['email_hash']] },
  );
  await schema.createTable('platform_keys', { name: column.code, wrapped: column.text, created_at: column.time }, [
    'name',
  ]);
  await schema.createTable(
    'signing_keys',
    {
      key_number: column.integer,
      kid: column.code,
      alg: column.code,
      status: column.code,
      public_jwk: column.text,
      wrapped_private_key: column.text,
      created_at: column.time,
    },
    ['key_number'],
    { unique: [['kid']] },
  );
});
