import { Entity, PrimaryColumn } from 'typeorm';
import { CodeColumn, IntegerColumn, TimeColumn, idTransformer } from '#shared/tables';

/** One link of an organisation's chain. Its key makes a fork impossible: two sealers cannot both write number n. */
@Entity('audit_batches')
export class AuditBatch {
  @PrimaryColumn({ name: 'org_id', type: 'blob', transformer: idTransformer('org') })
  organisationId!: string;

  /** 1, 2, 3 … within the organisation. */
  @PrimaryColumn({ type: 'int' })
  number!: number;

  @IntegerColumn({ name: 'first_sequence' })
  firstSequence!: number;

  @IntegerColumn({ name: 'last_sequence' })
  lastSequence!: number;

  /** Merkle root over the leaf hashes, in order of sequence. */
  @CodeColumn()
  root!: string;

  @CodeColumn({ name: 'previous_hash' })
  previousHash!: string;

  @CodeColumn()
  hash!: string;

  @TimeColumn({ name: 'sealed_at' })
  sealedAt!: Date;
}
