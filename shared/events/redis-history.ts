import { cursorExpired } from './cursor';
import { type PlatformEvent } from './envelope';
import { type RedisParts } from './redis-connection';
import { type StreamEntry } from './redis-keys';
import { type ReplayPage, mergePages } from './replay';
import {
  type EntryId,
  type StreamPositions,
  beginning,
  compareEntryIds,
  cursorOf,
  formatEntryId,
  isAfter,
  parseEntryId,
} from './stream-positions';

const pageLength = 200;

interface StreamedEvent {
  readonly id: EntryId;
  readonly partition: number;
  readonly event: PlatformEvent | null;
}

interface Range {
  readonly after: StreamPositions;
  readonly until: StreamPositions;
}

/** Reads of what the streams still have. */
export class RedisHistory {
  constructor(private readonly parts: Pick<RedisParts, 'redis' | 'keys'>) {}

  /** @throws {DomainError} CURSOR_EXPIRED when entries after a position have been trimmed, or the streams began anew */
  async page({ after, until }: Range): Promise<ReplayPage<StreamPositions>> {
    const pages = await Promise.all(
      after.map((from, partition) => this.read(partition, from, until[partition] ?? beginning)),
    );
    // Asked after reading: if it is all there now, it was there then.
    await this.assertKept(after);
    const { entries, isWhole } = mergePages(pages, pageLength, (one, other) => compareEntryIds(one.id, other.id));
    const position = [...after];
    const events = entries.flatMap(({ id, partition, event }) => {
      position[partition] = id;
      return event ? [{ event, cursor: cursorOf(position) }] : [];
    });
    return { events, position: isWhole ? laterOf(position, until) : position };
  }

  private async read(partition: number, from: EntryId, until: EntryId): Promise<StreamedEvent[]> {
    if (!isAfter(until, from)) return [];
    const { redis, keys } = this.parts;
    const range = [`(${formatEntryId(from)}`, formatEntryId(until)] as const;
    const entries: StreamEntry[] = await redis.xrange(keys.stream(partition), ...range, 'COUNT', pageLength);
    return entries.map((entry) => ({ ...readEntry(entry), partition }));
  }

  private async assertKept(positions: StreamPositions): Promise<void> {
    const kept = await Promise.all(positions.map((position, partition) => this.isKept(partition, position)));
    if (kept.includes(false)) throw cursorExpired();
  }

  private async isKept(partition: number, position: EntryId): Promise<boolean> {
    const info = await this.describe(partition);
    const last = parseEntryId((info.get('last-generated-id') as string | undefined) ?? '0-0');
    // Further than anything that was ever stored: the stream has been lost since, and has begun anew.
    if (isAfter(position, last)) return false;
    if (!isAfter(last, position)) return true;
    const first = info.get('first-entry') as StreamEntry | null | undefined;
    if (first && !isAfter(parseEntryId(first[0]), position)) return true;
    // Of a stream that has only ever grown, everything is after its beginning.
    return position.ms === 0 && info.get('entries-added') === info.get('length');
  }

  private async describe(partition: number): Promise<Map<string, unknown>> {
    const { redis, keys } = this.parts;
    try {
      const fields = (await redis.xinfo('STREAM', keys.stream(partition))) as unknown[];
      return new Map(fields.flatMap((name, index) => (index % 2 === 0 ? [[String(name), fields[index + 1]]] : [])));
    } catch (error) {
      if (error instanceof Error && error.message.includes('no such key')) return new Map();
      throw error;
    }
  }
}

export function readEntry([id, fields]: StreamEntry): Omit<StreamedEvent, 'partition'> {
  const text = fields?.[1];
  return { id: parseEntryId(id), event: text === undefined ? null : (JSON.parse(text) as PlatformEvent) };
}

function laterOf(one: StreamPositions, other: StreamPositions): StreamPositions {
  return one.map((id, partition) => {
    const counterpart = other[partition] ?? beginning;
    return isAfter(counterpart, id) ? counterpart : id;
  });
}
