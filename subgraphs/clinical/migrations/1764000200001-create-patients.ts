import { column, migration } from '#shared/tables';

export const createPatients = migration('1764000200001-create-patients', async (schema) => {
  await schema.createTenantTable(
    'patients',
    {
      status: column.code,
      identity: column.text.orNull,
      mrn_hash: column.code.orNull,
      characteristics: column.text.orNull,
      blood_type: column.text.orNull,
      height_cm: column.text.orNull,
      weight_kg: column.text.orNull,
    },
    { unique: [['mrn_hash']], indexes: [['created_at']] },
  );
  await schema.createTenantTable(
    'patient_index',
    { patient_id: column.id, field: column.code, token: column.code },
    { indexes: [['field', 'token', 'patient_id'], ['patient_id']] },
  );
});
