import { Entity, PrimaryColumn } from 'typeorm';
import { type Region } from '#shared/auth';
import { CodeColumn, IntegerColumn, TimeColumn, idTransformer } from '#shared/tables';

/** How far the index has the chain of one organisation and subgraph, and how far that has been found whole. */
@Entity('trail_positions')
export class TrailPosition {
  @PrimaryColumn({ name: 'org_id', type: 'blob', transformer: idTransformer('org') })
  organisationId!: string;

  @PrimaryColumn({ type: 'varchar' })
  subgraph!: string;

  @CodeColumn()
  region!: Region;

  /** Last record taken. */
  @IntegerColumn()
  sequence!: number;

  /** The last link whose hash follows from the records taken. */
  @IntegerColumn()
  batchNumber!: number;

  @IntegerColumn()
  batchSequence!: number;

  @CodeColumn()
  batchHash!: string;

  /** First record of a link that does not follow from the records taken; null while all do. */
  @IntegerColumn({ nullable: true })
  brokenSequence!: number | null;

  @TimeColumn()
  indexedAt!: Date;

  /** Sequence number of the last checkpoint, and how many there have been. */
  @IntegerColumn()
  checkpointSequence!: number;

  @IntegerColumn()
  checkpoints!: number;

  @TimeColumn({ nullable: true })
  checkpointedAt!: Date | null;
}
