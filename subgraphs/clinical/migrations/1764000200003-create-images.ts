import { column, migration } from '#shared/tables';

export const createImages = migration('1764000200003-create-images', async (schema) => {
  await schema.createTenantTable(
    'images',
    {
      case_id: column.id,
      patient_id: column.id,
      finding_id: column.id.orNull,
      kind: column.code,
      status: column.code,
      file_name: column.text.orNull,
      content_type: column.code,
      byte_size: column.integer.orNull,
      sha256: column.code.orNull,
      width: column.integer.orNull,
      height: column.integer.orNull,
      quality: column.text.orNull,
      rejection_reason: column.code.orNull,
    },
    { indexes: [['case_id'], ['finding_id']] },
  );
  await schema.createTenantTable('upload_tickets', {
    image_id: column.id,
    patient_id: column.id,
    content_type: column.code,
    byte_size: column.integer,
    sha256: column.code,
    expires_at: column.time,
    swept_at: column.time.orNull,
  });
  // The sweeper looks across organisations, so this one does not begin with org_id.
  await schema.addIndex('upload_tickets', ['swept_at', 'expires_at']);
});
