import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { Duration, Payload } from '#shared/graphql';
import {
  type ConsentPurpose,
  ConsentPurposeEnum,
  type DataCategory,
  DataCategoryEnum,
  type LegalBasis,
  LegalBasisEnum,
} from './type.codes';
import { ConsentType } from './type.entity';

@InputType()
export class CreateConsentTypeInput {
  @Field(() => ID)
  idempotencyKey!: string;

  @Field()
  key!: string;

  @Field()
  name!: string;

  @Field()
  description!: string;

  @Field(() => ConsentPurposeEnum)
  purpose!: ConsentPurpose;

  @Field(() => LegalBasisEnum)
  legalBasis!: LegalBasis;

  @Field()
  required!: boolean;

  @Field(() => Duration, { nullable: true })
  renewEvery?: string | null;

  @Field(() => [DataCategoryEnum])
  dataCategories!: DataCategory[];
}

@ObjectType()
export class ConsentTypePayload extends Payload {
  @Field(() => ConsentType, { nullable: true })
  type!: ConsentType | null;
}
