import { Field, ObjectType } from 'type-graphql';
import { Payload } from '#shared/graphql';
import { ReviewQueue } from './queue.entity';

@ObjectType()
export class ReviewQueuePayload extends Payload {
  @Field(() => ReviewQueue, { nullable: true })
  queue!: ReviewQueue | null;
}
