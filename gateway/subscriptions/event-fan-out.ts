import { type EventTransport, type PlatformEvent, type ReplayOptions, type TailedEvent } from '#shared/events';

/** Where events come from. Every gateway process hears all of them. */
export interface EventTail {
  /** @returns ends the subscription */
  subscribe(listener: (event: PlatformEvent, cursor: string) => void): () => void;
  /** False while events may be heard late or not at all. Absent: never. */
  isFollowing?(): boolean;
  /** The cursor of what has been heard last; null while it is not known. Absent: there are no cursors. */
  position?(): string | null;
  /**
   * What has happened since; it ends with a call of `caughtUp`, and whoever subscribes within goes on exactly there.
   * @throws {DomainError} while it runs: CURSOR_EXPIRED, UPSTREAM_UNAVAILABLE
   */
  replay?(after: string, options: ReplayOptions): AsyncIterable<TailedEvent>;
}

/** A transport's tail as the gateway wants it. */
export function tailOf(
  transport: Pick<EventTransport, 'tail' | 'isFollowing' | 'position' | 'replay'>,
): Required<EventTail> {
  return {
    subscribe: (listener) => transport.tail(listener),
    isFollowing: () => transport.isFollowing(),
    position: () => transport.position(),
    replay: (after, options) => transport.replay(after, options),
  };
}

type Listener = (tailed: TailedEvent) => void;

/** Hands each event to the listeners of its own organisation, and to nobody else. */
export class EventFanOut {
  private readonly listeners = new Map<string, Set<Listener>>();
  private readonly stopTail: () => void;

  constructor(tail: EventTail) {
    this.stopTail = tail.subscribe((event, cursor) => {
      const listeners = this.listeners.get(event.organisationId);
      if (!listeners) return;
      const tailed = { event, cursor };
      for (const listener of listeners) listener(tailed);
    });
  }

  listen(organisationId: string, listener: Listener): () => void {
    const ofOrganisation = this.listeners.get(organisationId) ?? new Set();
    this.listeners.set(organisationId, ofOrganisation.add(listener));
    return () => {
      ofOrganisation.delete(listener);
      // Another set may have taken its place since.
      if (ofOrganisation.size === 0 && this.listeners.get(organisationId) === ofOrganisation) {
        this.listeners.delete(organisationId);
      }
    };
  }

  stop(): void {
    this.stopTail();
    this.listeners.clear();
  }
}
