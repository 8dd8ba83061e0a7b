import { Entity } from 'typeorm';
import { TenantEntity } from '#shared/database';
import { CodeColumn, IdColumn, IntegerColumn, ReferenceColumn } from '#shared/tables';

export type SlotOwner = 'PRACTITIONER' | 'PATIENT';

/** Length of a cell of time. Everybody's time is claimed in whole cells. */
export const cellMs = 5 * 60_000;

/**
 * One cell of somebody's time, taken by an appointment. The table's primary key is (organisation, owner, cell): two
 * appointments cannot have the same cell, whatever else happens at the same moment.
 */
@Entity('slot_claims')
export class SlotClaim extends TenantEntity {
  @IdColumn('slc')
  id!: string;

  @CodeColumn()
  ownerType!: SlotOwner;

  /** Practitioner or patient. */
  @CodeColumn()
  ownerId!: string;

  /** Number of the cell, counted from the epoch. */
  @IntegerColumn()
  cell!: number;

  /** On an appointment's first cell the number of cells it takes, 0 on the others: a calendar is read by first cells. */
  @IntegerColumn()
  span!: number;

  @ReferenceColumn('apt')
  appointmentId!: string;
}
