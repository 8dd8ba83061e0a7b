import { Column, Entity, PrimaryColumn } from 'typeorm';
import {
  CodeColumn,
  IdColumn,
  IntegerColumn,
  ReferenceColumn,
  TextColumn,
  TimeColumn,
  idTransformer,
} from '#shared/tables';

export type OutboxStatus = 'PENDING' | 'CLAIMED' | 'PUBLISHED' | 'DEAD';

/** An event on its way out, stored in the transaction of the change it tells of. */
@Entity('outbox')
export class OutboxRow {
  @IdColumn('evt')
  id!: string;

  @ReferenceColumn('org', { name: 'org_id' })
  organisationId!: string;

  @CodeColumn({ name: 'aggregate_type' })
  aggregateType!: string;

  @CodeColumn({ name: 'aggregate_id' })
  aggregateId!: string;

  /** 1, 2, 3 … within the aggregate, in order of commit. */
  @IntegerColumn()
  sequence!: number;

  @CodeColumn({ name: 'event_type' })
  eventType!: string;

  /** The event as it travels, as JSON. */
  @TextColumn()
  envelope!: string;

  @CodeColumn()
  status!: OutboxStatus;

  /** How often handlers have refused it. */
  @IntegerColumn()
  attempts!: number;

  /** The relay that is publishing it: it owns the row as long as it owns the relays' lease. */
  @CodeColumn({ name: 'claimed_by', nullable: true })
  claimedBy!: string | null;

  /** Not to be published before. */
  @TimeColumn({ name: 'available_at' })
  availableAt!: Date;

  /** By the clock on the wall, whatever instant the event itself says it happened at. */
  @TimeColumn({ name: 'recorded_at' })
  recordedAt!: Date;

  @TimeColumn({ name: 'published_at', nullable: true })
  publishedAt!: Date | null;
}

/**
 * The last sequence number of each aggregate. Raising it locks the row until commit, so events of one aggregate commit
 * in the order of their numbers, whichever process writes them.
 */
@Entity('outbox_aggregates')
export class OutboxAggregate {
  @PrimaryColumn({ name: 'org_id', type: 'blob', transformer: idTransformer('org') })
  organisationId!: string;

  @PrimaryColumn({ name: 'aggregate_type', type: 'varchar' })
  aggregateType!: string;

  @PrimaryColumn({ name: 'aggregate_id', type: 'varchar' })
  aggregateId!: string;

  @Column({ name: 'last_sequence', type: 'int' })
  lastSequence!: number;
}
