import { Arg, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { Live } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { Case, SkinFinding } from '../cases/case.types';
import { AiReviewLesion } from './ai-result.types';
import { AiReview } from './ai-review.entity';

@Resolver(() => AiReview)
export class AiReviewResolver {
  @RequireScopes('reviews:ai:read')
  @Query(() => AiReview, { nullable: true })
  aiReview(@Arg('id', () => ID) id: string, @Ctx() { unit }: RequestContext): Promise<AiReview | null> {
    return unit.find(AiReview, id);
  }

  @RequireScopes('reviews:ai:read')
  @Live(() => AiReview, { types: ['reviews.ai_review.*'], match: ['caseId=data.caseId'] })
  aiReviewChanged(
    @Arg('caseId', () => ID) _caseId: string,
    @Ctx() { unit, event }: RequestContext,
  ): Promise<AiReview | null> | null {
    return event && unit.find(AiReview, event.resourceId);
  }

  @FieldResolver(() => Int, { description: 'How often the provider was tried' })
  attempts(@Root() review: AiReview): number {
    return review.attempts();
  }

  @FieldResolver(() => Case)
  case(@Root() review: AiReview): Case {
    return { id: review.caseId };
  }
}

@Resolver(() => AiReviewLesion)
export class AiReviewLesionResolver {
  @FieldResolver(() => SkinFinding)
  finding(@Root() lesion: AiReviewLesion): SkinFinding {
    return { id: lesion.findingId };
  }
}
