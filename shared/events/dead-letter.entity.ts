import { Entity, PrimaryColumn } from 'typeorm';
import { CodeColumn, IntegerColumn, ReferenceColumn, TextColumn, TimeColumn, idTransformer } from '#shared/tables';

/** An event a consumer group could not handle, however often it was tried. Somebody has to look at it. */
@Entity('dead_letters')
export class DeadLetterRow {
  @PrimaryColumn({ name: 'consumer_group', type: 'varchar' })
  group!: string;

  @PrimaryColumn({ name: 'event_id', type: 'blob', transformer: idTransformer('evt') })
  eventId!: string;

  @ReferenceColumn('org', { name: 'org_id' })
  organisationId!: string;

  @CodeColumn({ name: 'event_type' })
  eventType!: string;

  /** Code of the last error; its text may hold anything, so it stays in the log's care. */
  @CodeColumn({ name: 'reason_code' })
  reasonCode!: string;

  @IntegerColumn()
  attempts!: number;

  /** The event as it travelled, as JSON. */
  @TextColumn()
  envelope!: string;

  @TimeColumn({ name: 'died_at' })
  diedAt!: Date;
}
