import { column, migration, type Migration } from '#shared/tables';
import { DeadLetterRow } from './dead-letter.entity';
import { InboxRow } from './inbox.entity';
import { LeaseRow } from './lease.entity';
import { OutboxAggregate, OutboxRow } from './outbox.entity';

export const eventEntities = [OutboxRow, OutboxAggregate, InboxRow, DeadLetterRow, LeaseRow];

export const eventMigrations: Migration[] = [
  migration('1764000000010-create-event-tables', async (schema) => {
    await schema.createTable(
      'outbox',
      {
        id: column.id,
        org_id: column.id,
        aggregate_type: column.code,
        aggregate_id: column.code,
        sequence: column.integer,
        event_type: column.code,
        envelope: column.text,
        status: column.codeOf(16),
        attempts: column.integer,
        claimed_by: column.code.orNull,
        available_at: column.time,
        recorded_at: column.time,
        published_at: column.time.orNull,
      },
      ['id'],
      {
        unique: [['org_id', 'aggregate_type', 'aggregate_id', 'sequence']],
        indexes: [
          ['status', 'available_at', 'id'],
          ['status', 'published_at'],
        ],
      },
    );
    await schema.createTable(
      'outbox_aggregates',
      { org_id: column.id, aggregate_type: column.code, aggregate_id: column.code, last_sequence: column.integer },
      ['org_id', 'aggregate_type', 'aggregate_id'],
    );
    await schema.createTable(
      'inbox',
      { consumer: column.code, event_id: column.id, org_id: column.id, handled_at: column.time },
      ['consumer', 'event_id'],
      { indexes: [['handled_at']] },
    );
    await schema.createTable(
      'dead_letters',
      {
        consumer_group: column.code,
        event_id: column.id,
        org_id: column.id,
        event_type: column.code,
        reason_code: column.code,
        attempts: column.integer,
        envelope: column.text,
        died_at: column.time,
      },
      ['consumer_group', 'event_id'],
      { indexes: [['died_at']] },
    );
    await schema.createTable('leases', { name: column.code, holder: column.code, expires_at: column.time }, ['name']);
  }),
];
