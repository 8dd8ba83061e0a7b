import { column, migration } from '#shared/tables';

export const createConsents = migration('1764000100001-create-consents', async (schema) => {
  await schema.createTenantTable(
    'consent_types',
    {
      key: column.code,
      name: column.text,
      description: column.text,
      purpose: column.code,
      legal_basis: column.code,
      required: column.flag,
      renew_every: column.code.orNull,
      data_categories: column.text,
      active: column.flag,
    },
    { unique: [['key']], indexes: [['purpose']] },
  );
  await schema.createTenantTable(
    'consent_text_versions',
    {
      type_id: column.id,
      number: column.integer,
      locale: column.codeOf(16),
      title: column.text,
      body: column.text,
      body_sha256: column.code,
      status: column.code,
      requires_reconsent: column.flag,
      published_at: column.time.orNull,
    },
    { unique: [['type_id', 'locale', 'number']] },
  );
  await schema.createTenantTable(
    'consent_records',
    {
      patient_id: column.id,
      type_id: column.id,
      text_version_id: column.id,
      purpose: column.code,
      status: column.code,
      decision: column.code,
      provisions: column.text,
      channel: column.code,
      captured_by: column.text,
      valid_from: column.time,
      valid_until: column.time.orNull,
      withdrawn_at: column.time.orNull,
      withdrawal_reason: column.text.orNull,
    },
    { indexes: [['patient_id', 'purpose']] },
  );
});
