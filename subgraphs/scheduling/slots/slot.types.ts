import { Field, ObjectType } from 'type-graphql';
import { DateTime, TimeZone } from '#shared/graphql';

@ObjectType({ description: 'A time that can be booked, as it was when it was asked for.' })
export class Slot {
  @Field(() => DateTime)
  start!: Date;

  @Field(() => DateTime)
  end!: Date;

  @Field({ description: 'The start on the clock of the zone asked for, as YYYY-MM-DDTHH:MM' })
  localStart!: string;

  @Field(() => TimeZone)
  timeZone!: string;

  practitionerId!: string;
  serviceTypeId!: string;
  locationId!: string | null;
}
