import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { Authenticated } from '#shared/auth';
import { TenantEntity } from '#shared/database';
import { TimeZone } from '#shared/graphql';
import { CodeColumn, FlagColumn, IdColumn, TextColumn } from '#shared/tables';

@ObjectType({ description: 'Where patients are seen.' })
@Directive('@key(fields: "id")')
@Authenticated()
@Entity('locations')
export class Location extends TenantEntity {
  @Field(() => ID)
  @IdColumn('loc')
  id!: string;

  @Field()
  @TextColumn()
  name!: string;

  @Field(() => TimeZone)
  @CodeColumn()
  timeZone!: string;

  @Field()
  @TextColumn()
  line1!: string;

  @Field()
  @TextColumn()
  city!: string;

  @Field()
  @TextColumn()
  postalCode!: string;

  @Field({ description: 'ISO 3166-1 alpha-2' })
  @CodeColumn()
  country!: string;

  @Field({ description: 'Patients are seen on screen' })
  @FlagColumn()
  virtual!: boolean;
}
