import { Field, ObjectType } from 'type-graphql';
import { Payload } from '#shared/graphql';
import { Schedule } from './schedule.entity';

@ObjectType()
export class SchedulePayload extends Payload {
  @Field(() => Schedule, { nullable: true })
  schedule!: Schedule | null;
}
