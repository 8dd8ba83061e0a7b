export interface SubscriptionLimits {
  readonly sockets: number;
  readonly subscriptionsPerSocket: number;
  /** Events that wait for one subscription; a client that falls further behind is closed with 4409. */
  readonly queuedEvents: number;
  readonly frameBytes: number;
  /** How long a new socket may take to say who it is. */
  readonly initTimeoutMs: number;
}

export const defaultSubscriptionLimits: SubscriptionLimits = {
  sockets: 10_000,
  subscriptionsPerSocket: 50,
  queuedEvents: 100,
  frameBytes: 64 * 1024,
  initTimeoutMs: 5_000,
};
