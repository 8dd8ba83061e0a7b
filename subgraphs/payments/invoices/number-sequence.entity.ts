import { Entity } from 'typeorm';
import { TenantEntity } from '#shared/database';
import { IdColumn, IntegerColumn } from '#shared/tables';

/** The last invoice number of an organisation: one row each, whose id is the organisation's. */
@Entity('number_sequences')
export class NumberSequence extends TenantEntity {
  @IdColumn('org')
  id!: string;

  @IntegerColumn()
  last!: number;
}
