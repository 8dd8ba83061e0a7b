import { ArgsType, Field, ID, ObjectType } from 'type-graphql';
import { Payload, TimeZone } from '#shared/graphql';
import { AvailabilityRule, Schedule } from './schedule.entity';

@ArgsType()
export class SetScheduleArgs {
  @Field(() => ID)
  practitionerId!: string;

  @Field(() => ID, { nullable: true })
  locationId?: string | null;

  @Field(() => TimeZone)
  timeZone!: string;

  @Field(() => [AvailabilityRule])
  rules!: AvailabilityRule[];
}

@ObjectType()
export class SchedulePayload extends Payload {
  @Field(() => Schedule, { nullable: true })
  schedule!: Schedule | null;
}
