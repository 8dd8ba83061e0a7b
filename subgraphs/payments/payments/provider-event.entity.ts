import { Entity } from 'typeorm';
import { TenantEntity } from '#shared/database';
import { CodeColumn, IdColumn } from '#shared/tables';

/** A callback of the provider that has been acted on; its id is unique, so that a repetition is recognised. */
@Entity('provider_events')
export class ProviderEvent extends TenantEntity {
  @IdColumn('evt')
  id!: string;

  @CodeColumn()
  providerEventId!: string;
}
