import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { DateTime } from '#shared/graphql';
import { type DataCategory, DataCategoryEnum } from '../types/type.codes';
import { type ConsentAction, ConsentActionEnum, type DecisionKind, DecisionKindEnum } from './record.codes';

@ObjectType({ description: 'An exception within a consent. The most specific one that matches decides; a tie denies.' })
@InputType('ProvisionInput')
export class ConsentProvision {
  @Field(() => DecisionKindEnum)
  effect!: DecisionKind;

  @Field(() => [ID], { description: 'User and client ids; empty means anybody', defaultValue: [] })
  actors!: string[];

  @Field(() => [ID], { description: 'Organisation ids; empty means any', defaultValue: [] })
  organisations!: string[];

  @Field(() => [ConsentActionEnum])
  actions!: ConsentAction[];

  @Field(() => [DataCategoryEnum])
  dataCategories!: DataCategory[];

  @Field(() => DateTime, { nullable: true })
  from?: Date | null;

  @Field(() => DateTime, { nullable: true })
  until?: Date | null;
}
