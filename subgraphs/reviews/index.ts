import { byId } from '#shared/graphql';
import { defineSubgraph } from '#shared/subgraph';
import { AiReview } from './ai-reviews/ai-review.entity';
import { AiReviewLesionResolver, AiReviewResolver } from './ai-reviews/ai-review.resolver';
import { aiReviewWorker } from './ai-reviews/ai-review.worker';
import { dermCallbackRoute } from './ai-reviews/callback.route';
import { cancelReviews, startReviews, stopAiReviews } from './cases/case.consumer';
import { CaseReviewsResolver } from './cases/case.resolver';
import { ReviewAuditLog } from './human-reviews/audit-log.entity';
import { claimWorker } from './human-reviews/claim.worker';
import { ReviewDecision } from './human-reviews/decision.entity';
import { HumanReview } from './human-reviews/human-review.entity';
import {
  FindingDecisionResolver,
  HumanReviewResolver,
  ReviewDecisionResolver,
} from './human-reviews/human-review.resolver';
import { createReviews } from './migrations/1764000400001-create-reviews';
import { reviewsPorts } from './ports';
import { ReviewQueue } from './queues/queue.entity';
import { ReviewQueueResolver } from './queues/queue.resolver';
import { seedDemo } from './seed-demo';
import { stepWorker } from './steps/step.worker';
import { WorkflowDefinition } from './workflows/definition.entity';
import { WorkflowDefinitionResolver } from './workflows/definition.resolver';
import { WorkflowInstance } from './workflows/instance.entity';
import { StepRun } from './workflows/step-run.entity';
import { WorkflowInstanceResolver } from './workflows/workflow.resolver';

const aiReviewById = byId(AiReview);

/** How a submitted case is decided: by AI, by people, by both, as the organisation's workflow says. */
export const reviews = defineSubgraph({
  name: 'reviews',
  purpose: 'DIRECT_CARE',
  resolvers: [
    ...([WorkflowDefinitionResolver, WorkflowInstanceResolver, AiReviewResolver, AiReviewLesionResolver] as const),
    ...([HumanReviewResolver, ReviewDecisionResolver, FindingDecisionResolver, ReviewQueueResolver] as const),
    CaseReviewsResolver,
  ],
  entities: [
    ...[WorkflowDefinition, WorkflowInstance, StepRun, AiReview],
    ...[ReviewQueue, HumanReview, ReviewDecision, ReviewAuditLog],
  ],
  migrations: [createReviews],
  references: {
    Case: ({ id }) => ({ id }),
    WorkflowDefinition: ({ id }, { unit }) => unit.find(WorkflowDefinition, id),
    WorkflowInstance: ({ id }, { unit }) => unit.find(WorkflowInstance, id),
    AiReview: ({ id }, context) => context.load(aiReviewById, id),
    ReviewQueue: ({ id }, { unit }) => unit.find(ReviewQueue, id),
    HumanReview: ({ id }, { unit }) => unit.find(HumanReview, id),
  },
  consumers: [startReviews, cancelReviews, stopAiReviews],
  workers: [stepWorker, aiReviewWorker, claimWorker],
  serviceScopes: [
    ...(['clinical:cases:read', 'clinical:images:read', 'clinical:patients:read', 'clinical:records:read'] as const),
    'consent:decisions:read',
  ],
  ports: reviewsPorts,
  routes: (context) => [dermCallbackRoute(context)],
  seedDemo,
});
