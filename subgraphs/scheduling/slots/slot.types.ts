import { ArgsType, Field, ID, ObjectType } from 'type-graphql';
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

@ArgsType()
export class AvailableSlotsArgs {
  @Field(() => ID)
  serviceTypeId!: string;

  @Field(() => DateTime)
  from!: Date;

  @Field(() => DateTime, { description: 'Exclusive' })
  to!: Date;

  @Field(() => [ID], { nullable: true })
  practitionerIds?: string[] | null;

  @Field(() => ID, { nullable: true })
  locationId?: string | null;

  @Field(() => TimeZone, { description: 'The zone to show the slots in' })
  timeZone!: string;
}
