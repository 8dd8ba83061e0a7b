import { column, migration } from '#shared/tables';

export const createSecondFactors = migration('1764000500001-create-second-factors', async (schema) => {
  await schema.createTenantTable(
    'mfa_devices',
    {
      user_id: column.id,
      kind: column.code,
      label: column.text.orNull,
      secret: column.text.orNull,
      last_step: column.integer,
      enrolled_at: column.time.orNull,
      last_used_at: column.time.orNull,
    },
    { indexes: [['user_id']] },
  );
  await schema.createTenantTable(
    'recovery_codes',
    { user_id: column.id, code_hash: column.code, used_at: column.time.orNull },
    { unique: [['user_id', 'code_hash']] },
  );
  await schema.createTenantTable(
    'mfa_challenges',
    {
      token_hash: column.code,
      user_id: column.id,
      product_id: column.id,
      amr: column.text,
      attempts: column.integer,
      expires_at: column.time,
      completed_at: column.time.orNull,
    },
    { indexes: [['user_id'], ['expires_at']] },
  );
  // The second step of a sign-in knows its token and no organisation.
  await schema.addIndex('mfa_challenges', ['token_hash']);
  await schema.createTenantTable(
    'step_ups',
    {
      token_hash: column.code,
      user_id: column.id,
      purpose: column.code,
      amr: column.text,
      authenticated_at: column.time,
      expires_at: column.time,
      used_at: column.time.orNull,
    },
    { unique: [['token_hash']], indexes: [['expires_at']] },
  );
});
