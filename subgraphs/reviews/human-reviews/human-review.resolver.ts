import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { byId, listBy, Live, respond } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { Case, Practitioner, SkinFinding } from '../cases/case.types';
import { ReviewQueue } from '../queues/queue.entity';
import { ReviewAuditLog } from './audit-log.entity';
import { claimNext, claimReview, extendClaim, releaseReview } from './claim.service';
import { FindingDecision, ReviewDecision } from './decision.entity';
import { type HumanReviewStatus, HumanReviewStatusEnum } from './human-review.codes';
import { HumanReview } from './human-review.entity';
import { HumanReviewPayload, ReviewClaim, SubmitReadInput } from './human-review.types';
import { claimOf, listMyReviews } from './review-list.service';
import { submitRead } from './read.service';

const queueById = byId(ReviewQueue);
const decisionsOfReview = listBy(ReviewDecision, 'reviewId');
const logOfReview = listBy(ReviewAuditLog, 'reviewId');

@Resolver(() => HumanReview)
export class HumanReviewResolver {
  @RequireScopes('reviews:human:read')
  @Query(() => HumanReview, { nullable: true })
  humanReview(@Arg('id', () => ID) id: string, @Ctx() { unit }: RequestContext): Promise<HumanReview | null> {
    return unit.find(HumanReview, id);
  }

  @RequireScopes('reviews:human:decide')
  @Query(() => [HumanReview], { description: 'Claimed or decided by the caller, newest first; at most 100.' })
  myReviews(
    @Arg('status', () => [HumanReviewStatusEnum], { nullable: true }) status: HumanReviewStatus[] | null,
    @Ctx() { unit }: RequestContext,
  ): Promise<HumanReview[]> {
    return listMyReviews(unit, status ?? null);
  }

  @RequireScopes('reviews:human:decide')
  @Mutation(() => HumanReviewPayload)
  claimReview(@Arg('id', () => ID) id: string, @Ctx() { unit }: RequestContext): Promise<HumanReviewPayload> {
    return respond('review', claimReview(unit, id));
  }

  @RequireScopes('reviews:human:decide')
  @Mutation(() => HumanReviewPayload, { description: 'The review of the queue that is due first' })
  claimNext(@Arg('queueKey') queueKey: string, @Ctx() { unit }: RequestContext): Promise<HumanReviewPayload> {
    return respond('review', claimNext(unit, queueKey));
  }

  @RequireScopes('reviews:human:decide')
  @Mutation(() => HumanReviewPayload)
  extendClaim(
    @Arg('id', () => ID) id: string,
    @Arg('fencingToken', () => Int) fencingToken: number,
    @Ctx() { unit }: RequestContext,
  ): Promise<HumanReviewPayload> {
    return respond('review', extendClaim(unit, id, fencingToken));
  }

  @RequireScopes('reviews:human:decide')
  @Mutation(() => HumanReviewPayload)
  releaseReview(
    @Arg('id', () => ID) id: string,
    @Arg('reason') reason: string,
    @Ctx() { unit }: RequestContext,
  ): Promise<HumanReviewPayload> {
    return respond('review', releaseReview(unit, id, reason));
  }

  @RequireScopes('reviews:human:decide')
  @Mutation(() => HumanReviewPayload)
  submitRead(@Arg('input') input: SubmitReadInput, @Ctx() { unit }: RequestContext): Promise<HumanReviewPayload> {
    return respond('review', submitRead(unit, input));
  }

  @RequireScopes('reviews:human:read')
  @Live(() => HumanReview, { types: ['reviews.human_review.*'], match: ['id=resourceId'] })
  humanReviewChanged(@Arg('id', () => ID) id: string, @Ctx() { unit }: RequestContext): Promise<HumanReview | null> {
    return unit.find(HumanReview, id);
  }

  @FieldResolver(() => Case)
  case(@Root() review: HumanReview): Case {
    return { id: review.caseId };
  }

  @FieldResolver(() => ReviewQueue)
  queue(@Root() review: HumanReview, @Ctx() context: RequestContext): Promise<ReviewQueue | null> {
    return context.load(queueById, review.queueId);
  }

  @FieldResolver(() => [SkinFinding], { description: 'What a decision must name' })
  findings(@Root() review: HumanReview): SkinFinding[] {
    return review.findingIds.map((id) => ({ id }));
  }

  @FieldResolver(() => ReviewClaim, { nullable: true })
  claim(@Root() review: HumanReview): ReviewClaim | null {
    return claimOf(review);
  }

  @FieldResolver(() => ReviewDecision, { nullable: true })
  async finalDecision(@Root() review: HumanReview, @Ctx() context: RequestContext): Promise<ReviewDecision | null> {
    const [decision = null] = await context.load(decisionsOfReview, review.id);
    return decision;
  }

  @FieldResolver(() => [ReviewAuditLog])
  auditLog(@Root() review: HumanReview, @Ctx() context: RequestContext): Promise<ReviewAuditLog[]> {
    return context.load(logOfReview, review.id);
  }
}

@Resolver(() => ReviewDecision)
export class ReviewDecisionResolver {
  @FieldResolver(() => Practitioner)
  decidedBy(@Root() decision: ReviewDecision): Practitioner {
    return { id: decision.practitionerId };
  }
}

@Resolver(() => FindingDecision)
export class FindingDecisionResolver {
  @FieldResolver(() => SkinFinding)
  finding(@Root() decision: FindingDecision): SkinFinding {
    return { id: decision.findingId };
  }
}
