import { column, migration } from '#shared/tables';

export const restrictRecords = migration('1764000700010-restrict-records', async (schema) => {
  await schema.createTenantTable('record_restrictions', { patient_id: column.id }, { unique: [['patient_id']] });
  await schema.createTenantTable(
    'care_team_members',
    { patient_id: column.id, user_id: column.id },
    { unique: [['patient_id', 'user_id']] },
  );
});
