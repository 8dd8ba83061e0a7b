import { Field, Int, ObjectType } from 'type-graphql';
import { Column, PrimaryColumn } from 'typeorm';
import { type Region } from '#shared/auth';
import { DateTime } from '#shared/scalars';
import { CodeColumn, TimeColumn, idTransformer } from '#shared/tables';

/**
 * What every stored thing has: an owner, a region, and a version that turns a lost update into STALE_VERSION.
 * The UnitOfWork sets all of it; nobody else does. A subclass adds its own `id` by `@IdColumn(prefix)`.
 */
@ObjectType()
export abstract class TenantEntity {
  abstract id: string;

  @PrimaryColumn({ name: 'org_id', type: 'blob', transformer: idTransformer('org') })
  organisationId!: string;

  @CodeColumn()
  region!: Region;

  @Field(() => Int)
  @Column({ type: 'int' })
  version!: number;

  @Field(() => DateTime)
  @TimeColumn()
  createdAt!: Date;

  @Field(() => DateTime)
  @TimeColumn()
  updatedAt!: Date;
}

/** The class of an entity, as TypeORM and the UnitOfWork take it. */
export type EntityType<E extends TenantEntity> = (new () => E) & { readonly name: string };
