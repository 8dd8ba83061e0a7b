import { Directive, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { Authenticated } from '#shared/auth';
import { TenantEntity } from '#shared/database';
import { LocalTime, TimeZone } from '#shared/graphql';
import { CodeColumn, IdColumn, JsonColumn, ReferenceColumn } from '#shared/tables';

@ObjectType({ description: 'Working hours on some weekdays, as the clock on the wall shows them.' })
@InputType('AvailabilityRuleInput')
export class AvailabilityRule {
  @Field(() => [Int], { description: '1 is Monday, 7 is Sunday (ISO 8601)' })
  weekdays!: number[];

  @Field(() => LocalTime)
  start!: string;

  @Field(() => LocalTime)
  end!: string;

  @Field(() => [ID], { description: 'What can be booked in these hours; empty means any service', defaultValue: [] })
  serviceTypeIds!: string[];
}

@ObjectType({ description: 'When a practitioner can be booked at a place. Slots are computed from it, never stored.' })
@Directive('@key(fields: "id")')
@Authenticated()
@Entity('schedules')
export class Schedule extends TenantEntity {
  @Field(() => ID)
  @IdColumn('sch')
  id!: string;

  @ReferenceColumn('pra')
  practitionerId!: string;

  @ReferenceColumn('loc', { nullable: true })
  locationId!: string | null;

  @Field(() => TimeZone, { description: 'The zone of the rules’ clock' })
  @CodeColumn()
  timeZone!: string;

  @Field(() => [AvailabilityRule])
  @JsonColumn()
  rules!: AvailabilityRule[];
}
