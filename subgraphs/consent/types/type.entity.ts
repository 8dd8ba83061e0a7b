import { Field, ID, ObjectType, Directive } from 'type-graphql';
import { Entity } from 'typeorm';
import { Authenticated } from '#shared/auth';
import { TenantEntity } from '#shared/database';
import { Duration } from '#shared/graphql';
import { CodeColumn, FlagColumn, IdColumn, JsonColumn, TextColumn } from '#shared/tables';
import {
  type ConsentPurpose,
  ConsentPurposeEnum,
  type DataCategory,
  DataCategoryEnum,
  type LegalBasis,
  LegalBasisEnum,
} from './type.codes';

@ObjectType({ description: 'Something a person can agree to, and the legal ground it stands on.' })
@Directive('@key(fields: "id")')
@Authenticated()
@Entity('consent_types')
export class ConsentType extends TenantEntity {
  @Field(() => ID)
  @IdColumn('ctp')
  id!: string;

  @Field({ description: 'Stable name within the organisation, e.g. "photography"' })
  @CodeColumn()
  key!: string;

  @Field()
  @TextColumn()
  name!: string;

  @Field()
  @TextColumn()
  description!: string;

  @Field(() => ConsentPurposeEnum)
  @CodeColumn()
  purpose!: ConsentPurpose;

  @Field(() => LegalBasisEnum)
  @CodeColumn()
  legalBasis!: LegalBasis;

  @Field({ description: 'Asked of every patient before care begins' })
  @FlagColumn()
  required!: boolean;

  @Field(() => Duration, { nullable: true })
  @CodeColumn({ nullable: true })
  renewEvery!: string | null;

  @Field(() => [DataCategoryEnum])
  @JsonColumn()
  dataCategories!: DataCategory[];

  @Field()
  @FlagColumn()
  active!: boolean;
}
