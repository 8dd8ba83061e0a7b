import { column, migration } from '#shared/tables';

export const createAccountLinks = migration('1764000500002-create-account-links', async (schema) => {
  // An address may open accounts in several organisations, by the credential of one of them.
  await schema.dropUnique('logins', ['email_hash']);
  await schema.addIndex('logins', ['email_hash', 'org_id'], { isUnique: true });
  await schema.addColumn('logins', 'credential_org_id', column.id.orNull);
  await schema.addColumn('logins', 'credential_id', column.id.orNull);
  await schema.addColumn('logins', 'verified_at', column.time.orNull);
  await schema.addColumn('user_credentials', 'password_changed_at', column.time.orNull);
  await schema.createTenantTable(
    'one_time_links',
    {
      token_hash: column.code,
      user_id: column.id,
      purpose: column.code,
      expires_at: column.time,
      used_at: column.time.orNull,
    },
    { indexes: [['user_id'], ['expires_at']] },
  );
  // Whoever follows a link is known by its token alone.
  await schema.addIndex('one_time_links', ['token_hash']);
  await schema.createTenantTable(
    'account_mails',
    {
      user_id: column.id,
      kind: column.code,
      status: column.code,
      message: column.text.orNull,
      attempts: column.integer,
      due_at: column.time,
      useful_until: column.time,
      sent_at: column.time.orNull,
      error: column.code.orNull,
    },
    { indexes: [['user_id', 'kind', 'created_at']] },
  );
  await schema.addIndex('account_mails', ['status', 'due_at']);
});
