import { Entity, PrimaryColumn } from 'typeorm';
import { ReferenceColumn, TimeColumn, idTransformer } from '#shared/tables';

/** A consumer has handled an event; the key makes it happen once. */
@Entity('inbox')
export class InboxRow {
  @PrimaryColumn({ type: 'varchar' })
  consumer!: string;

  @PrimaryColumn({ name: 'event_id', type: 'blob', transformer: idTransformer('evt') })
  eventId!: string;

  @ReferenceColumn('org', { name: 'org_id' })
  organisationId!: string;

  @TimeColumn({ name: 'handled_at' })
  handledAt!: Date;
}
