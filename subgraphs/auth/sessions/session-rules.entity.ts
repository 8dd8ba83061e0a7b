import { Entity } from 'typeorm';
import { Administered, TenantEntity } from '#shared/database';
import { IdColumn, IntegerColumn } from '#shared/tables';

/** What an organisation has set for its people's sessions; without a row the platform's default holds. */
@Administered()
@Entity('session_rules')
export class SessionRules extends TenantEntity {
  /** The organisation's own id. */
  @IdColumn('org')
  id!: string;

  @IntegerColumn()
  idleSeconds!: number;
}
