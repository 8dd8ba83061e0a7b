import { Entity, PrimaryColumn } from 'typeorm';
import { CodeColumn, TimeColumn } from '#shared/tables';

/** Which process does a job that only one may do at a time. */
@Entity('leases')
export class LeaseRow {
  @PrimaryColumn({ type: 'varchar' })
  name!: string;

  @CodeColumn()
  holder!: string;

  @TimeColumn({ name: 'expires_at' })
  expiresAt!: Date;
}
