import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { listBy } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { AiReview } from '../ai-reviews/ai-review.entity';
import { ReviewDecision } from '../human-reviews/decision.entity';
import { HumanReview } from '../human-reviews/human-review.entity';
import { WorkflowInstance } from '../workflows/instance.entity';
import { Case } from './case.types';

const workflowsOfCase = listBy(WorkflowInstance, 'caseId');
const aiReviewsOfCase = listBy(AiReview, 'caseId');
const humanReviewsOfCase = listBy(HumanReview, 'caseId');
const decisionsOfCase = listBy(ReviewDecision, 'caseId');

@Resolver(() => Case)
export class CaseReviewsResolver {
  @RequireScopes('reviews:workflows:read')
  @FieldResolver(() => WorkflowInstance, { nullable: true, description: 'The latest' })
  async workflow(@Root() { id }: Case, @Ctx() context: RequestContext): Promise<WorkflowInstance | null> {
    return (await context.load(workflowsOfCase, id)).at(-1) ?? null;
  }

  @RequireScopes('reviews:ai:read')
  @FieldResolver(() => [AiReview])
  aiReviews(@Root() { id }: Case, @Ctx() context: RequestContext): Promise<AiReview[]> {
    return context.load(aiReviewsOfCase, id);
  }

  @RequireScopes('reviews:human:read')
  @FieldResolver(() => [HumanReview])
  humanReviews(@Root() { id }: Case, @Ctx() context: RequestContext): Promise<HumanReview[]> {
    return context.load(humanReviewsOfCase, id);
  }

  @RequireScopes('reviews:human:read')
  @FieldResolver(() => ReviewDecision, { nullable: true, description: 'The latest a person has made' })
  async latestDecision(@Root() { id }: Case, @Ctx() context: RequestContext): Promise<ReviewDecision | null> {
    return (await context.load(decisionsOfCase, id)).at(-1) ?? null;
  }
}
