import { type EventType } from './catalogue';
import { type PlatformEvent } from './envelope';

/** What became of one event handed to a transport. */
export type PublishResult =
  | {
      readonly status: 'published';
      /** Of a transport that tells the time by itself; the outbox keeps it. Absent: now. */
      readonly publishedAt?: Date;
    }
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

/** An event with its place among all of them: an opaque text of at most 4,096 characters that may stand in a URL. */
export interface TailedEvent {
  readonly event: PlatformEvent;
  readonly cursor: string;
}

/** @param cursor stands for this event and all that were told before it */
export type TailListener = (event: PlatformEvent, cursor: string) => void;

export interface ReplayOptions {
  readonly wants: (event: PlatformEvent) => boolean;
  /** Called once, right before the replay ends: a tail begun within the call goes on exactly there. */
  readonly caughtUp: () => void;
}

/** Where an event stands among those of transports that tell the time: when, and which of those told together. */
export interface TailPlace {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly index: number;
}

/** What an outbox still knows of the events it has published. */
export interface EventHistory {
  readonly retentionMs: number;
  /** @param range.until inclusive, in milliseconds. @returns the oldest first */
  read(range: {
    readonly after: TailPlace;
    readonly until: number;
    readonly limit: number;
  }): Promise<readonly PastEvent[]>;
}

export interface PastEvent extends TailPlace {
  readonly event: PlatformEvent;
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
  tail(listener: TailListener): () => void;
  /** The cursor of what tails have been told last; null while that is not known yet. */
  position(): string | null;
  /**
   * What has happened since `after`, whichever process handed that cursor out: the wanted events, those of an aggregate
   * in order, none twice. It is read as fast as it is asked for.
   * @throws {DomainError} while it runs: CURSOR_EXPIRED when more has happened since than is kept, or the cursor is none;
   * UPSTREAM_UNAVAILABLE
   */
  replay(after: string, options: ReplayOptions): AsyncIterable<TailedEvent>;
  /** For transports that keep nothing themselves: where to look for what happened before this process began. */
  addHistory?(history: EventHistory): void;
  /** False while a tail may hear of events late or not at all: its broker is away, or it is catching up. */
  isFollowing(): boolean;
  health(): Promise<TransportHealth>;
  close(): Promise<void>;
}
