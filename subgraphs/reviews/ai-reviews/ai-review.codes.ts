import { enumOf } from '#shared/graphql';
import { type Machine } from '../machine';

export const aiReviewStatuses = [
  ...(['REQUESTED', 'BLOCKED_BY_CONSENT', 'INELIGIBLE', 'QUEUED', 'SUBMITTED', 'PROCESSING', 'COMPLETED'] as const),
  ...(['FAILED', 'TIMED_OUT', 'CANCELLED'] as const),
] as const;
export type AiReviewStatus = (typeof aiReviewStatuses)[number];
export const AiReviewStatusEnum = enumOf('AiReviewStatus', aiReviewStatuses);

type Trigger = 'block' | 'exclude' | 'queue' | 'submit' | 'process' | 'complete' | 'fail' | 'timeOut' | 'cancel';
const ends = { fail: 'FAILED', timeOut: 'TIMED_OUT', cancel: 'CANCELLED' } as const;

export const aiReviewMachine: Machine<AiReviewStatus, Trigger> = {
  REQUESTED: { ...ends, block: 'BLOCKED_BY_CONSENT', exclude: 'INELIGIBLE', queue: 'QUEUED' },
  // `queue` again: an attempt has failed and the next one waits for its time.
  QUEUED: { ...ends, queue: 'QUEUED', submit: 'SUBMITTED' },
  SUBMITTED: { ...ends, queue: 'QUEUED', process: 'PROCESSING', complete: 'COMPLETED' },
  PROCESSING: { ...ends, queue: 'QUEUED', process: 'PROCESSING', complete: 'COMPLETED' },
  BLOCKED_BY_CONSENT: {},
  INELIGIBLE: {},
  COMPLETED: {},
  FAILED: {},
  TIMED_OUT: {},
  CANCELLED: {},
};
