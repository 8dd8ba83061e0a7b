/** Why the gateway ended a subscription or a socket by itself. */
export type DropReason =
  'slow_consumer' | 'rate_limited' | 'token_expired' | 'token_revoked' | 'superseded' | 'message_rate' | 'shutdown';

/** Who counts. */
export interface SubscriptionObserver {
  countSubscriptions(change: 1 | -1): void;
  /** An event for one viewer: sent, or withheld since it is not for them. */
  countEvent(result: 'sent' | 'withheld'): void;
  countDropped(reason: DropReason): void;
}
