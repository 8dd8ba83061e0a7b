import { Entity } from 'typeorm';
import { type Scope } from '#shared/auth';
import { Administered, TenantEntity } from '#shared/database';
import { CodeColumn, IdColumn, JsonColumn, TextColumn } from '#shared/tables';

/** A role that an organisation has made for itself, beside the platform's. */
@Administered()
@Entity('roles')
export class Role extends TenantEntity {
  @IdColumn('rol')
  id!: string;

  /** Unique in the organisation, and none of the platform's. */
  @CodeColumn()
  key!: string;

  @TextColumn()
  name!: string;

  @JsonColumn()
  scopes!: Scope[];
}
