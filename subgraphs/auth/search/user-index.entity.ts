import { Entity } from 'typeorm';
import { TenantEntity, WithoutHistory } from '#shared/database';
import { CodeColumn, IdColumn, ReferenceColumn } from '#shared/tables';

/** One thing a person can be found by, as a keyed hash: of the address, of the number, of a beginning of a name. */
@WithoutHistory('users, whose rows are kept: an entry can be made again from them')
@Entity('user_index_entries')
export class UserIndexEntry extends TenantEntity {
  @IdColumn('uix')
  id!: string;

  @ReferenceColumn('usr')
  userId!: string;

  @CodeColumn()
  field!: 'EMAIL' | 'PHONE' | 'NAME';

  @CodeColumn()
  token!: string;
}
