import { enumOf } from '#shared/graphql';
import { type Machine } from '../machine';

export const humanReviewStatuses = ['QUEUED', 'CLAIMED', 'RELEASED', 'DECIDED', 'CANCELLED'] as const;
export type HumanReviewStatus = (typeof humanReviewStatuses)[number];
export const HumanReviewStatusEnum = enumOf('HumanReviewStatus', humanReviewStatuses);

type Trigger = 'claim' | 'release' | 'requeue' | 'decide' | 'cancel';

export const humanReviewMachine: Machine<HumanReviewStatus, Trigger> = {
  QUEUED: { claim: 'CLAIMED', cancel: 'CANCELLED' },
  CLAIMED: { release: 'RELEASED', decide: 'DECIDED', cancel: 'CANCELLED' },
  // Passed through in one transaction: a released review is back in its queue at once.
  RELEASED: { requeue: 'QUEUED' },
  DECIDED: {},
  CANCELLED: {},
};
