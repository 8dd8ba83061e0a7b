import { cursorExpired } from './cursor';
import { type PlatformEvent } from './envelope';
import { type ReplayOptions, type TailedEvent } from './transport';

/** Events read from history for one replay, wanted or not; who has missed more reads anew, which is quicker. */
const maxFromHistory = 50_000;

/** Some events in order, and the place after the last of them. */
export interface ReplayPage<Position> {
  readonly events: readonly TailedEvent[];
  readonly position: Position;
}

/** What a replay reads from. */
export interface ReplaySource<Position> {
  /** All that the tail has told since; null when it does not know, since its memory begins later or it is not there yet. */
  recentAfter(position: Position): ReplayPage<Position> | null;
  /** Goes on towards where the tail's memory begins. @throws {DomainError} CURSOR_EXPIRED */
  readHistory(position: Position): Promise<ReplayPage<Position>>;
}

/** History page by page, then what the tail remembers; at its end nothing lies between it and what the tail tells next. */
export async function* replay<Position>(
  source: ReplaySource<Position>,
  start: Position,
  { wants, caughtUp }: ReplayOptions,
): AsyncGenerator<TailedEvent> {
  const isWanted = ({ event }: { readonly event: PlatformEvent }): boolean => wants(event);
  let position = start;
  let left = maxFromHistory;
  for (;;) {
    const recent = source.recentAfter(position);
    const page = recent ?? (await source.readHistory(position));
    if (!recent) left -= page.events.length;
    if (left < 0) throw cursorExpired();
    position = page.position;
    const wanted = page.events.filter(isWanted);
    // Nothing has been awaited since the tail was asked, so it has told nothing since.
    if (recent && wanted.length === 0) {
      caughtUp();
      return;
    }
    yield* wanted;
  }
}

/**
 * Pages of several sources as one, in order: no further than where the first of the full pages ends, for what comes
 * next there may come before what the others have.
 * @param limit length of a full page
 */
export function mergePages<Entry>(
  pages: readonly (readonly Entry[])[],
  limit: number,
  compare: (one: Entry, other: Entry) => number,
): { readonly entries: readonly Entry[]; readonly isWhole: boolean } {
  const entries = pages.flat().sort(compare);
  const ends = pages.flatMap((page) => (page.length >= limit ? page.slice(-1) : []));
  const [end] = ends.sort(compare);
  if (end === undefined) return { entries, isWhole: true };
  return { entries: entries.filter((entry) => compare(entry, end) <= 0), isWhole: false };
}
