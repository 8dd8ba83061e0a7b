import { column, migration } from '#shared/tables';

export const createCalendar = migration('1764000700001-create-calendar', async (schema) => {
  await schema.createTenantTable('practitioners', {
    user_id: column.id.orNull,
    display_name: column.text,
    title: column.text.orNull,
    kind: column.code,
    languages: column.text,
    status: column.code,
  });
  await schema.createTenantTable('locations', {
    name: column.text,
    time_zone: column.code,
    line1: column.text,
    city: column.text,
    postal_code: column.text,
    country: column.code,
    virtual: column.flag,
  });
  await schema.createTenantTable(
    'service_types',
    {
      key: column.code,
      name: column.text,
      duration: column.code,
      buffer_before: column.code,
      buffer_after: column.code,
      slot_interval: column.code,
      minimum_notice: column.code,
      maximum_horizon: column.code,
      cancellation_notice: column.code,
      virtual: column.flag,
      requires_confirmation: column.flag,
      price_code: column.code.orNull,
      active: column.flag,
    },
    { unique: [['key']] },
  );
  await schema.createTenantTable(
    'schedules',
    { practitioner_id: column.id, location_id: column.id.orNull, time_zone: column.code, rules: column.text },
    { indexes: [['practitioner_id']] },
  );
});
