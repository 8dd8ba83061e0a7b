import { Entity } from 'typeorm';
import { TenantEntity } from '#shared/database';
import { CodeColumn, IdColumn, ReferenceColumn, TimeColumn } from '#shared/tables';

/** A code that opens the second step once, for whoever has lost their devices. */
@Entity('recovery_codes')
export class RecoveryCode extends TenantEntity {
  @IdColumn('rcv')
  id!: string;

  @ReferenceColumn('usr')
  userId!: string;

  /** Keyed hash. A slow one is not needed: the code has 80 random bits. */
  @CodeColumn()
  codeHash!: string;

  @TimeColumn({ nullable: true })
  usedAt!: Date | null;
}
