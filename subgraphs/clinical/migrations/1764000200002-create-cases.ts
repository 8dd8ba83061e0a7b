import { column, migration } from '#shared/tables';

export const createCases = migration('1764000200002-create-cases', async (schema) => {
  await schema.createTenantTable(
    'skin_cases',
    {
      number: column.code,
      patient_id: column.id,
      pathway: column.code,
      status: column.code,
      priority: column.code,
      referrer_user_id: column.id.orNull,
      referral_reason: column.text.orNull,
      referred_at: column.time,
      finding_count: column.integer,
      verified_image_count: column.integer,
      management: column.code.orNull,
      decided_by: column.code.orNull,
      decided_at: column.time.orNull,
      closing_reason: column.text.orNull,
      submitted_at: column.time.orNull,
      closed_at: column.time.orNull,
    },
    { unique: [['number']], indexes: [['created_at'], ['patient_id', 'created_at'], ['status', 'created_at']] },
  );
  await schema.createTenantTable(
    'case_events',
    {
      case_id: column.id,
      patient_id: column.id,
      at: column.time,
      type: column.code,
      actor: column.text,
      from_code: column.code.orNull,
      to_code: column.code.orNull,
    },
    { indexes: [['case_id', 'at']] },
  );
  await schema.createTenantTable(
    'skin_findings',
    {
      case_id: column.id,
      patient_id: column.id,
      label: column.text.orNull,
      body_site: column.text.orNull,
      laterality: column.text.orNull,
      longest_diameter_mm: column.text.orNull,
      duration_months: column.text.orNull,
      changes: column.text.orNull,
      unsuitable_for_ai: column.text.orNull,
    },
    { indexes: [['case_id']] },
  );
});
