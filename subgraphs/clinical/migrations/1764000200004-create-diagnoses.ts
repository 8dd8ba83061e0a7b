import { column, migration } from '#shared/tables';

export const createDiagnoses = migration('1764000200004-create-diagnoses', async (schema) => {
  await schema.createTenantTable(
    'diagnoses',
    {
      case_id: column.id,
      patient_id: column.id,
      finding_id: column.id.orNull,
      source: column.code,
      code: column.text.orNull,
      lesion_class: column.text.orNull,
      malignancy: column.text.orNull,
      certainty: column.code,
      rank: column.integer,
      confidence: column.text.orNull,
      recorded_by: column.text,
      recorded_at: column.time,
      supersedes_id: column.id.orNull,
    },
    { indexes: [['case_id'], ['finding_id']] },
  );
  await schema.createTenantTable(
    'diagnosis_imports',
    {
      case_id: column.id,
      source: column.code,
      review_ref: column.code,
      status: column.code,
      attempts: column.integer,
      due_at: column.time,
    },
    { unique: [['source', 'review_ref']] },
  );
  // The worker looks across organisations, so this one does not begin with org_id.
  await schema.addIndex('diagnosis_imports', ['status', 'due_at']);
});
