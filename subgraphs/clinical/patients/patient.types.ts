import { Field, Float, ID, InputType, Int, ObjectType } from 'type-graphql';
import { connectionType, DateTime, Day, Payload } from '#shared/graphql';
import {
  type BloodType,
  BloodTypeEnum,
  type FitzpatrickType,
  FitzpatrickTypeEnum,
  type PatientStatus,
  PatientStatusEnum,
  type Sex,
  SexEnum,
} from './patient.codes';
import { Patient } from './patient.entity';

@InputType()
export class PatientIdentityInput {
  @Field()
  givenName!: string;

  @Field()
  familyName!: string;

  @Field(() => Day)
  birthDate!: string;

  @Field(() => String, { nullable: true })
  mrn?: string | null;

  @Field(() => String, { nullable: true })
  email?: string | null;

  @Field(() => String, { nullable: true })
  phone?: string | null;

  @Field(() => String, { nullable: true, description: 'With city and country, or none of the three' })
  addressLine1?: string | null;

  @Field(() => String, { nullable: true })
  city?: string | null;

  @Field(() => String, { nullable: true })
  postalCode?: string | null;

  @Field(() => String, { nullable: true, description: 'ISO 3166-1 alpha-2' })
  country?: string | null;

  @Field(() => String, { nullable: true })
  preferredLanguage?: string | null;
}

@InputType()
abstract class PatientValuesInput {
  @Field(() => SexEnum, { nullable: true })
  sexAtBirth?: Sex | null;

  @Field(() => BloodTypeEnum, { nullable: true })
  bloodType?: BloodType | null;

  @Field(() => Float, { nullable: true })
  heightCm?: number | null;

  @Field(() => Float, { nullable: true })
  weightKg?: number | null;

  @Field(() => FitzpatrickTypeEnum, { nullable: true })
  fitzpatrick?: FitzpatrickType | null;
}

@InputType()
export class CreatePatientInput extends PatientValuesInput {
  @Field(() => ID)
  idempotencyKey!: string;

  @Field(() => PatientIdentityInput)
  identity!: PatientIdentityInput;
}

@InputType({ description: 'What is left out stays; null clears. The identity is replaced whole.' })
export class UpdatePatientInput extends PatientValuesInput {
  @Field(() => ID)
  id!: string;

  @Field(() => Int)
  ifVersion!: number;

  @Field(() => PatientIdentityInput, { nullable: true })
  identity?: PatientIdentityInput | null;
}

@InputType({ description: 'Everything given must match.' })
export class PatientFilter {
  @Field(() => [PatientStatusEnum], { nullable: true })
  status?: PatientStatus[] | null;

  @Field(() => String, { nullable: true, description: 'Beginnings of names, three letters or more' })
  text?: string | null;

  @Field(() => String, { nullable: true })
  mrn?: string | null;

  @Field(() => Day, { nullable: true })
  birthDate?: string | null;

  @Field(() => String, { nullable: true })
  email?: string | null;

  @Field(() => DateTime, { nullable: true })
  updatedAfter?: Date | null;
}

export const PatientConnection = connectionType('Patient', () => Patient);

@ObjectType()
export class CreatePatientPayload extends Payload {
  @Field(() => Patient, { nullable: true })
  patient!: Patient | null;
}

@ObjectType()
export class UpdatePatientPayload extends Payload {
  @Field(() => Patient, { nullable: true })
  patient!: Patient | null;
}
