import { ArgsType, Field, ID, InputType, ObjectType } from 'type-graphql';
import { connectionType, Payload } from '#shared/graphql';
import { PageArgs } from '../page.types';
import { Practitioner, type PractitionerKind, PractitionerKindEnum } from './practitioner.entity';

export const PractitionerConnection = connectionType('Practitioner', () => Practitioner);

@InputType()
export class PractitionerInput {
  @Field()
  displayName!: string;

  @Field(() => String, { nullable: true })
  title?: string | null;

  @Field(() => PractitionerKindEnum)
  kind!: PractitionerKind;

  @Field(() => [String], { defaultValue: [] })
  languages!: string[];
}

@InputType()
export class PractitionerFilter {
  @Field(() => ID, { nullable: true, description: 'Those who have a schedule at this location' })
  locationId?: string | null;
}

@ArgsType()
export class PractitionersArgs extends PageArgs {
  @Field(() => PractitionerFilter, { nullable: true })
  filter?: PractitionerFilter | null;
}

@ArgsType()
export class RegisterPractitionerArgs {
  @Field(() => ID)
  idempotencyKey!: string;

  @Field(() => ID, { nullable: true, description: 'Their account, when they have one' })
  userId?: string | null;

  @Field()
  input!: PractitionerInput;
}

@ObjectType()
export class PractitionerPayload extends Payload {
  @Field(() => Practitioner, { nullable: true })
  practitioner!: Practitioner | null;
}
