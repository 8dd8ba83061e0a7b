import { column, migration } from '#shared/tables';

export const createAppointments = migration('1764000700002-create-appointments', async (schema) => {
  await schema.createTenantTable(
    'appointments',
    {
      patient_id: column.id,
      practitioner_id: column.id,
      service_type_id: column.id,
      location_id: column.id.orNull,
      case_id: column.id.orNull,
      starts_at: column.time,
      ends_at: column.time,
      time_zone: column.code,
      status: column.code,
      reason: column.text.orNull,
      is_virtual: column.flag,
      cancelled_at: column.time.orNull,
      cancelled_by: column.text.orNull,
      cancellation_reason: column.text.orNull,
      cancelled_late: column.flag,
      checked_in_at: column.time.orNull,
      check_in_method: column.code.orNull,
    },
    { indexes: [['patient_id', 'starts_at'], ['practitioner_id', 'starts_at'], ['case_id'], ['starts_at']] },
  );
  // Not the usual key: this one is what makes a double booking impossible.
  await schema.createTable(
    'slot_claims',
    {
      org_id: column.id,
      owner_type: column.codeOf(16),
      owner_id: column.code,
      cell: column.integer,
      span: column.integer,
      appointment_id: column.id,
      id: column.id,
      region: column.codeOf(8),
      version: column.integer,
      created_at: column.time,
      updated_at: column.time,
    },
    ['org_id', 'owner_type', 'owner_id', 'cell'],
    { indexes: [['org_id', 'appointment_id']] },
  );
  await schema.createTenantTable(
    'waitlist_entries',
    {
      patient_id: column.id,
      case_id: column.id.orNull,
      service_type_id: column.id.orNull,
      management: column.code,
      earliest: column.day,
      latest: column.day,
      status: column.code,
      appointment_id: column.id.orNull,
    },
    { indexes: [['case_id'], ['patient_id'], ['status', 'latest']] },
  );
});
