import { Arg, Ctx, Directive, FieldResolver, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import {
  type Connection,
  connectionOf,
  connectionType,
  DateTime,
  Duration,
  listSize,
  Live,
  respond,
} from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { type HumanReviewStatus, HumanReviewStatusEnum } from '../human-reviews/human-review.codes';
import { HumanReview } from '../human-reviews/human-review.entity';
import { pageOfQueue } from '../human-reviews/review-list.service';
import { ReviewQueue } from './queue.entity';
import { upsertQueue } from './queue.service';
import { ReviewQueuePayload } from './queue.types';

const HumanReviewConnection = connectionType('HumanReview', () => HumanReview);

@Resolver(() => ReviewQueue)
export class ReviewQueueResolver {
  @RequireScopes('reviews:human:read')
  @Query(() => [ReviewQueue])
  reviewQueues(@Ctx() { unit }: RequestContext): Promise<ReviewQueue[]> {
    return unit.list(ReviewQueue, {}, { order: { key: 'ASC' } });
  }

  @RequireScopes('reviews:human:read')
  @Query(() => ReviewQueue, { nullable: true })
  reviewQueue(@Arg('key') key: string, @Ctx() { unit }: RequestContext): Promise<ReviewQueue | null> {
    return unit.findBy(ReviewQueue, { key });
  }

  @RequireScopes('reviews:queues:write')
  @Mutation(() => ReviewQueuePayload)
  upsertReviewQueue(
    @Arg('key') key: string,
    @Arg('name') name: string,
    @Arg('readsRequired', () => Int, { defaultValue: 1 }) readsRequired: number,
    @Arg('firstReadSla', () => Duration) firstReadSla: string,
    @Arg('claimLease', () => Duration) claimLease: string,
    @Ctx() { unit }: RequestContext,
  ): Promise<ReviewQueuePayload> {
    return respond('queue', upsertQueue(unit, { key, name, readsRequired, firstReadSla, claimLease }));
  }

  @RequireScopes('reviews:human:read')
  @Live(() => ReviewQueue, { types: ['reviews.human_review.*'], match: ['queueKey=data.queueKey'] })
  reviewQueueChanged(@Arg('queueKey') key: string, @Ctx() { unit }: RequestContext): Promise<ReviewQueue | null> {
    return unit.findBy(ReviewQueue, { key });
  }

  @FieldResolver(() => Int, { description: 'How many cases wait' })
  depth(@Root() queue: ReviewQueue, @Ctx() { unit }: RequestContext): Promise<number> {
    return unit.count(HumanReview, { queueId: queue.id, status: 'QUEUED' });
  }

  @FieldResolver(() => DateTime, {
    nullable: true,
    description: 'Since when the case that waits longest has been waiting',
  })
  async oldestWaiting(@Root() queue: ReviewQueue, @Ctx() { unit }: RequestContext): Promise<Date | null> {
    const waiting = { queueId: queue.id, status: 'QUEUED' } as const;
    const [oldest] = await unit.list(HumanReview, waiting, { order: { createdAt: 'ASC' }, take: 1 });
    return oldest?.createdAt ?? null;
  }

  @Directive(listSize)
  @FieldResolver(() => HumanReviewConnection, { description: 'Those due first at the top' })
  async reviews(
    @Root() queue: ReviewQueue,
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Arg('status', () => [HumanReviewStatusEnum], { defaultValue: ['QUEUED', 'CLAIMED'] }) status: HumanReviewStatus[],
    @Ctx() { unit }: RequestContext,
  ): Promise<Connection<HumanReview>> {
    return connectionOf(await pageOfQueue(unit, { queueId: queue.id, status, first, after }));
  }
}
