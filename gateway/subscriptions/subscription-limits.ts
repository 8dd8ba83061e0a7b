export interface SubscriptionLimits {
  /** WebSockets and event streams of this process together. */
  readonly sockets: number;
  readonly socketsPerOrganisation: number;
  /** Of one user, or of one client that acts for itself. */
  readonly socketsPerSubject: number;
  /** Of this process. */
  readonly subscriptions: number;
  readonly subscriptionsPerSocket: number;
  /** Events that wait for one subscription; a client that falls further behind is closed with 4410. */
  readonly queuedEvents: number;
  /** What a socket's network has yet to take when another message is to be sent; above it the client is too slow. */
  readonly bufferedBytes: number;
  readonly frameBytes: number;
  /** Frames that a client may send, pings among them. */
  readonly messages: { readonly burst: number; readonly perSecond: number };
  /** How long a new socket may take to say who it is. */
  readonly initTimeoutMs: number;
  /** Between two signs of life. A socket that does not answer one is gone when the next is due. */
  readonly keepAliveMs: number;
  /** Events that are being answered at the same time, each for one viewer or for equal ones. */
  readonly evaluations: number;
  /** Clients that are catching up from a cursor at the same time; others wait. */
  readonly replays: number;
  /** How long a subscription goes on in a supergraph that has been replaced; they end by and by, from half this time on. */
  readonly retireAfterMs: number;
}

export const defaultSubscriptionLimits: SubscriptionLimits = {
  sockets: 10_000,
  socketsPerOrganisation: 5_000,
  socketsPerSubject: 200,
  subscriptions: 20_000,
  subscriptionsPerSocket: 50,
  // Places, not copies: what waits is in memory once, for all.
  queuedEvents: 1_000,
  bufferedBytes: 1024 * 1024,
  frameBytes: 64 * 1024,
  messages: { burst: 100, perSecond: 20 },
  initTimeoutMs: 5_000,
  keepAliveMs: 12_000,
  evaluations: 256,
  replays: 16,
  retireAfterMs: 600_000,
};
