import { type Logger } from '#shared/logging';
import { cursorExpired, readCursor, writeCursor } from './cursor';
import { type PlatformEvent } from './envelope';
import { notifyListeners } from './handling';
import { RecentEvents } from './recent-events';
import { type ReplayPage, type ReplaySource, mergePages, replay } from './replay';
import {
  type EventHistory,
  type PastEvent,
  type ReplayOptions,
  type TailListener,
  type TailPlace,
  type TailedEvent,
} from './transport';

const kind = 'p';
const recentEvents = 5_000;
const pageLength = 500;

/**
 * Tells listeners of events, at instants that never come twice. The outboxes keep them, so that a cursor leads to the
 * same place there after a restart.
 */
export class InProcessTail implements ReplaySource<TailPlace> {
  private readonly listeners = new Set<TailListener>();
  private readonly histories: EventHistory[] = [];
  private readonly recent: RecentEvents<PastEvent>;
  private told: TailPlace = { at: Date.now(), index: 0 };
  /** All that was told after this place is remembered. */
  private rememberedFrom = this.told;

  constructor(private readonly log: Logger) {
    this.recent = new RecentEvents(recentEvents, ({ at, index }) => {
      this.rememberedFrom = { at, index };
    });
  }

  /**
   * Tells of events that are published together, in their order.
   * @returns when each was told. Ids ascend within an instant: so the outbox can find the order again
   */
  tell(events: readonly PlatformEvent[]): Date[] {
    let previous: string | null = null;
    return events.map((event) => {
      const { at, index } = this.told;
      const goesOn = previous !== null && event.id > previous;
      this.told = goesOn ? { at, index: index + 1 } : { at: Math.max(Date.now(), at + 1), index: 0 };
      previous = event.id;
      this.recent.add({ event, ...this.told });
      notifyListeners(this.listeners, { event, cursor: this.position() }, this.log);
      return new Date(this.told.at);
    });
  }

  add(listener: TailListener): () => void {
    const own: TailListener = (event, cursor) => {
      listener(event, cursor);
    };
    this.listeners.add(own);
    return () => this.listeners.delete(own);
  }

  addHistory(history: EventHistory): void {
    this.histories.push(history);
  }

  position(): string {
    return cursorOf(this.told);
  }

  async *replay(after: string, options: ReplayOptions): AsyncGenerator<TailedEvent> {
    const [at, index, ...others] = readCursor(kind, after);
    if (at === undefined || index === undefined || others.length > 0) throw cursorExpired();
    yield* replay(this, { at, index }, options);
  }

  recentAfter(position: TailPlace): ReplayPage<TailPlace> | null {
    if (compare(position, this.rememberedFrom) < 0 || compare(position, this.told) > 0) return null;
    const events = this.recent.filter((told) => compare(told, position) > 0).map(withCursor);
    return { events, position: this.told };
  }

  async readHistory(position: TailPlace): Promise<ReplayPage<TailPlace>> {
    const until = this.rememberedFrom;
    const isKept = this.histories.every(({ retentionMs }) => position.at > Date.now() - retentionMs);
    // A cursor from the future is one of another clock.
    const isOurs = this.histories.length > 0 && compare(position, this.told) <= 0;
    if (!isOurs || !isKept) throw cursorExpired();
    const range = { after: position, until: until.at, limit: pageLength };
    const pages = await Promise.all(this.histories.map((history) => history.read(range)));
    const { entries, isWhole } = mergePages(pages, pageLength, compare);
    const events = entries
      // Two relays of one outbox have both told of it here.
      .filter((entry, place) => compare(entry, entries[place - 1] ?? position) !== 0 && compare(entry, until) <= 0)
      .map(withCursor);
    const last = entries.at(-1);
    return { events, position: isWhole || !last ? until : { at: last.at, index: last.index } };
  }

  close(): void {
    this.listeners.clear();
    this.recent.clear();
  }
}

function withCursor({ event, at, index }: PastEvent): TailedEvent {
  return { event, cursor: cursorOf({ at, index }) };
}

function cursorOf({ at, index }: TailPlace): string {
  return writeCursor(kind, [at, index]);
}

function compare(one: TailPlace, other: TailPlace): number {
  return one.at - other.at || one.index - other.index;
}
