import { cursorExpired, readCursor, writeCursor } from './cursor';

const kind = 'r';

/** Id of an entry of a stream: when Redis stored it, and which of that millisecond. */
export interface EntryId {
  readonly ms: number;
  readonly sequence: number;
}

/** The last entry of each partition that counts as seen, by the partition's number. */
export type StreamPositions = readonly EntryId[];

/** Before the first entry of a stream. */
export const beginning: EntryId = { ms: 0, sequence: 0 };

export function parseEntryId(text: string): EntryId {
  const [ms = 0, sequence = 0] = text.split('-').map(Number);
  return { ms, sequence };
}

export function formatEntryId({ ms, sequence }: EntryId): string {
  return `${String(ms)}-${String(sequence)}`;
}

export function compareEntryIds(one: EntryId, other: EntryId): number {
  return one.ms - other.ms || one.sequence - other.sequence;
}

export function isAfter(one: EntryId, other: EntryId): boolean {
  return compareEntryIds(one, other) > 0;
}

/** Whether one of the partitions is further on in `one`. */
export function isAhead(one: StreamPositions, other: StreamPositions): boolean {
  return one.some((id, partition) => isAfter(id, other[partition] ?? beginning));
}

/** As little as may be: it travels with every event. Times are written as what lies between them and the latest. */
export function cursorOf(positions: StreamPositions): string {
  const latest = Math.max(...positions.map(({ ms }) => ms));
  const ids = positions.flatMap(({ ms, sequence }) => (ms === 0 ? [0] : [latest - ms + 1, sequence]));
  return writeCursor(kind, [latest, ...ids]);
}

/** @throws {DomainError} CURSOR_EXPIRED when it is none, or one of another number of partitions */
export function positionsOf(cursor: string, partitions: number): StreamPositions {
  const [latest = 0, ...rest] = readCursor(kind, cursor);
  const positions: EntryId[] = [];
  for (let next = rest.shift(); next !== undefined; next = rest.shift()) {
    positions.push(next === 0 ? beginning : { ms: latest - next + 1, sequence: rest.shift() ?? 0 });
  }
  if (positions.length !== partitions || positions.some(({ ms }) => ms < 0)) throw cursorExpired();
  return positions;
}
