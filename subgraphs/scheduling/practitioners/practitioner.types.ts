import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { connectionType, Payload } from '#shared/graphql';
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

@ObjectType()
export class PractitionerPayload extends Payload {
  @Field(() => Practitioner, { nullable: true })
  practitioner!: Practitioner | null;
}
