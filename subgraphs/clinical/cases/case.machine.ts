import { DomainError } from '#shared/errors';
import { type CaseStatus } from './case.codes';

export type CaseTrigger =
  | 'AWAIT_IMAGES'
  | 'COMPLETE_IMAGES'
  | 'SUBMIT'
  | 'BEGIN_AI_REVIEW'
  | 'BEGIN_HUMAN_REVIEW'
  | 'DECIDE'
  | 'COMMUNICATE'
  | 'CLOSE'
  | 'CANCEL';

interface Arrow {
  readonly from: readonly CaseStatus[];
  readonly trigger: CaseTrigger;
  readonly to: CaseStatus;
}

/** The life of a case. A final decision may overtake the news that a review has begun, so it is taken from all three. */
const arrows: readonly Arrow[] = [
  { from: ['DRAFT', 'READY'], trigger: 'AWAIT_IMAGES', to: 'AWAITING_IMAGES' },
  { from: ['AWAITING_IMAGES'], trigger: 'COMPLETE_IMAGES', to: 'READY' },
  { from: ['DRAFT', 'READY'], trigger: 'SUBMIT', to: 'SUBMITTED' },
  { from: ['SUBMITTED'], trigger: 'BEGIN_AI_REVIEW', to: 'IN_AI_REVIEW' },
  { from: ['SUBMITTED', 'IN_AI_REVIEW'], trigger: 'BEGIN_HUMAN_REVIEW', to: 'IN_HUMAN_REVIEW' },
  { from: ['SUBMITTED', 'IN_AI_REVIEW', 'IN_HUMAN_REVIEW'], trigger: 'DECIDE', to: 'DECIDED' },
  { from: ['DECIDED'], trigger: 'COMMUNICATE', to: 'COMMUNICATED' },
  { from: ['COMMUNICATED'], trigger: 'CLOSE', to: 'CLOSED' },
  {
    from: ['DRAFT', 'AWAITING_IMAGES', 'READY', 'SUBMITTED', 'IN_AI_REVIEW', 'IN_HUMAN_REVIEW'],
    trigger: 'CANCEL',
    to: 'CANCELLED',
  },
];

/** The states that can follow this one. */
export function availableTransitions(from: CaseStatus): CaseStatus[] {
  return [...new Set(arrows.filter((arrow) => arrow.from.includes(from)).map(({ to }) => to))];
}

export function canMove(from: CaseStatus, trigger: CaseTrigger): boolean {
  return arrows.some((arrow) => arrow.trigger === trigger && arrow.from.includes(from));
}

/** @throws {DomainError} ILLEGAL_TRANSITION with from, to and allowed. */
export function nextStatus(from: CaseStatus, trigger: CaseTrigger): CaseStatus {
  const arrow = arrows.find((one) => one.trigger === trigger);
  if (arrow?.from.includes(from)) return arrow.to;
  const to = arrow?.to;
  throw new DomainError('ILLEGAL_TRANSITION', `A case cannot go from ${from} to ${String(to)}`, {
    details: { from, to, allowed: availableTransitions(from) },
  });
}
