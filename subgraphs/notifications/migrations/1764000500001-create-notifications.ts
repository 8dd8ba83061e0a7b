import { column, migration, type MigrationSchema } from '#shared/tables';

export const createNotifications = migration('1764000500001-create-notifications', async (schema) => {
  await createTemplates(schema);
  await createMessages(schema);
  await createDeliveries(schema);
  await createInbox(schema);
});

async function createTemplates(schema: MigrationSchema): Promise<void> {
  await schema.createTenantTable(
    'templates',
    {
      key: column.code,
      number: column.integer,
      name: column.text,
      status: column.code,
      phi: column.flag,
      category: column.code,
      critical: column.flag,
      channels: column.text,
    },
    { unique: [['key', 'number']] },
  );
}

async function createMessages(schema: MigrationSchema): Promise<void> {
  await schema.createTenantTable(
    'notifications',
    {
      template_id: column.id,
      template_key: column.code,
      recipient: column.code,
      category: column.code,
      priority: column.code,
      status: column.code,
      trigger_event_id: column.id.orNull,
      correlation_id: column.code,
      about: column.code.orNull,
      patient_id: column.id.orNull,
      case_id: column.id.orNull,
      facts: column.text.orNull,
      deliveries_pending: column.integer,
      deliveries_reached: column.integer,
      deliveries_failed: column.integer,
      deliveries_suppressed: column.integer,
    },
    { unique: [['trigger_event_id', 'template_key']], indexes: [['recipient', 'created_at'], ['created_at']] },
  );
}

async function createDeliveries(schema: MigrationSchema): Promise<void> {
  await schema.createTenantTable(
    'notification_deliveries',
    {
      notification_id: column.id,
      channel: column.code,
      recipient: column.code,
      provider: column.code.orNull,
      status: column.code,
      address_hint: column.text.orNull,
      attempt: column.integer,
      provider_message_id: column.codeOf(255).orNull,
      suppressed_by: column.code.orNull,
      error: column.code.orNull,
      queued_at: column.time,
      sent_at: column.time.orNull,
      delivered_at: column.time.orNull,
      next_attempt_at: column.time.orNull,
      fencing_token: column.integer,
    },
    { unique: [['notification_id', 'channel', 'recipient']] },
  );
  // Null once there is nothing left to do, so the worker's look over all organisations touches only what is due.
  await schema.addIndex('notification_deliveries', ['next_attempt_at']);
}

async function createInbox(schema: MigrationSchema): Promise<void> {
  await schema.createTenantTable(
    'inbox_items',
    {
      recipient: column.code,
      notification_id: column.id,
      delivery_id: column.id,
      title: column.text.orNull,
      body: column.text.orNull,
      about: column.code.orNull,
      category: column.code,
      severity: column.code,
      read_at: column.time.orNull,
      archived_at: column.time.orNull,
    },
    { unique: [['delivery_id']], indexes: [['recipient', 'created_at']] },
  );
}
