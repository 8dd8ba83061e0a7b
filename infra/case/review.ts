import { randomUUID } from 'node:crypto';
import { type Api } from './api';
import { type OpenedCase } from './clinic';
import { say } from './narrator';
import { waitFor } from './watch';

/** What a reviewer does: waits for the queue to move, claims the case's review, reads, decides. */

const queueKey = 'dermatology';

interface Queue {
  readonly reviews: { readonly nodes: readonly { readonly id: string; readonly case: { readonly id: string } }[] };
}

/** @param stop resolves when the case was decided without a reviewer */
export async function reviewCase(reviewer: Api, opened: OpenedCase, stop: Promise<void>): Promise<void> {
  const reviewId = await Promise.race([awaitReview(reviewer, opened.caseId), stop.then(() => null)]);
  if (reviewId === null) return;
  const { claimReview } = await reviewer.run<{ claimReview: { review: { claim: { fencingToken: number } } } }>(
    'mutation claimReview($id: ID!) { claimReview(id: $id) { review { claim { fencingToken leaseExpiresAt } } userErrors { code message } } }',
    { id: reviewId },
  );
  say('review claimed', reviewId);
  const read = {
    perFinding: [
      {
        findingId: opened.findingId,
        system: 'ICD-10',
        code: 'C43.5',
        class: 'MELANOMA',
        malignancy: 'MALIGNANT',
        confidence: 80,
      },
    ],
    ...{ management: 'BIOPSY', confidence: 80, imageQualityAdequate: true },
    rationale: 'Asymmetric, irregular border, several colours',
  };
  await reviewer.run(
    'mutation submitRead($input: SubmitReadInput!) { submitRead(input: $input) { review { status } userErrors { code message } } }',
    { input: { idempotencyKey: randomUUID(), reviewId, fencingToken: claimReview.review.claim.fencingToken, ...read } },
  );
  say('read submitted', `${read.perFinding[0]?.class ?? ''} → ${read.management}`);
}

function awaitReview(reviewer: Api, caseId: string): Promise<string> {
  const key = { key: queueKey };
  return waitFor({
    changes: reviewer.follow<{ reviewQueueChanged: Queue }>(
      `subscription ($key: String!) { reviewQueueChanged(queueKey: $key) { depth } }`,
      key,
    ),
    onChange: () => {
      say('queue changed', queueKey);
    },
    look: async () => {
      const { reviewQueue } = await reviewer.run<{ reviewQueue: Queue }>(
        `query waitingReviews($key: String!) {
          reviewQueue(key: $key) { reviews(first: 100, status: [QUEUED]) { nodes { id case { id } } } }
        }`,
        key,
      );
      return reviewQueue.reviews.nodes.find((review) => review.case.id === caseId)?.id ?? null;
    },
  });
}
