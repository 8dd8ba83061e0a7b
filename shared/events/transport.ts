import { type EventType } from './catalogue';
import { type PlatformEvent } from './envelope';

/** What became of one event handed to a transport. */
export type PublishResult =
  | { readonly status: 'published' }
  /** Not now, by no fault of the event: the broker is away, or an earlier event of its aggregate has yet to succeed. */
  | { readonly status: 'deferred' }
  /** Handlers failed on it. Tried again, but not for ever. */
  | { readonly status: 'refused'; readonly refusals: readonly Refusal[] };

export interface Refusal {
  readonly group: string;
  /** Code of the error; never its text. */
  readonly reasonCode: string;
}

/** Acknowledges by resolving; a rejection asks for the event again. Must be idempotent: see `consumeOnce`. */
export type EventHandler = (event: PlatformEvent) => Promise<void>;

export interface Subscription {
  /** Takes no further event, and resolves when the one in hand is done. */
  stop(): Promise<void>;
}

export interface TransportHealth {
  readonly status: 'up' | 'down';
}

/**
 * Carries events from outboxes to handlers, at least once. Both adapters pass `transport.contract.test.ts`.
 * Events of one aggregate reach each group in the order published; an event that fails holds back those of its own
 * aggregate and no others.
 */
export interface EventTransport {
  /** @returns one result per event, in the order given. Does not throw for a broker that is away. */
  publish(batch: readonly PlatformEvent[]): Promise<readonly PublishResult[]>;
  /**
   * Members of a group share its events; each group sees every event of the types it names. Members of one group name
   * the same types. Every event is delivered until it is acknowledged or goes to the dead letters.
   */
  subscribe(group: string, types: readonly EventType[], handler: EventHandler): Promise<Subscription>;
  /** Hears every event from now on, without acknowledging: for gateways that pass them on to whoever listens. */
  tail(listener: (event: PlatformEvent) => void): () => void;
  health(): Promise<TransportHealth>;
  close(): Promise<void>;
}
