import { Field, Int, ObjectType } from 'type-graphql';
import { Day, Phi, shareable } from '#shared/graphql';
import { type FitzpatrickType, FitzpatrickTypeEnum, type Sex, SexEnum } from './patient.codes';

@shareable
@ObjectType()
export class Address {
  @Field()
  line1!: string;

  @Field(() => String, { nullable: true })
  line2!: string | null;

  @Field()
  city!: string;

  @Field(() => String, { nullable: true })
  region!: string | null;

  @Field(() => String, { nullable: true })
  postalCode!: string | null;

  @Field({ description: 'ISO 3166-1 alpha-2' })
  country!: string;
}

@ObjectType({ description: 'Who the patient is. Gone for good once the key of this category is destroyed.' })
@Phi('DIRECT_IDENTIFIER')
export class PatientIdentity {
  @Field(() => String, { nullable: true, description: 'Medical record number, unique in the organisation' })
  mrn!: string | null;

  @Field()
  givenName!: string;

  @Field()
  familyName!: string;

  @Field(() => Day)
  birthDate!: string;

  @Field(() => String, { nullable: true })
  email!: string | null;

  @Field(() => String, { nullable: true })
  phone!: string | null;

  @Field(() => Address, { nullable: true })
  address!: Address | null;

  @Field(() => String, { nullable: true, description: 'BCP 47, e.g. en-GB' })
  preferredLanguage!: string | null;
}

@ObjectType()
@Phi()
export class PatientDemographics {
  @Field(() => Int, { nullable: true, description: 'Whole years today' })
  ageYears!: number | null;

  @Field(() => SexEnum, { nullable: true })
  sexAtBirth!: Sex | null;

  @Field(() => FitzpatrickTypeEnum, { nullable: true })
  fitzpatrick!: FitzpatrickType | null;
}
