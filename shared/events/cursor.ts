import { DomainError } from '#shared/errors';

/** Longest cursor that is looked at, in characters: one of 256 partitions takes about 3,000. */
const maxLength = 4_096;
/** Of a whole number in groups of seven bits, lowest first; the eighth says that more follow. */
const group = 128;

/** The place a cursor names is not kept any more, or never was: the client has to read anew. */
export function cursorExpired(): DomainError {
  return new DomainError('CURSOR_EXPIRED', 'What has happened since this cursor is not known any more');
}

/** Numbers as text that can stand in a URL, a header and JSON. @param kind of cursor: one is not taken for the other */
export function writeCursor(kind: string, numbers: readonly number[]): string {
  const bytes: number[] = [];
  for (const number of numbers) {
    let rest = number;
    for (; rest >= group; rest = Math.floor(rest / group)) bytes.push((rest % group) + group);
    bytes.push(rest);
  }
  return kind + Buffer.from(bytes).toString('base64url');
}

/** @throws {DomainError} CURSOR_EXPIRED when it is none of this kind */
export function readCursor(kind: string, cursor: string): number[] {
  if (!cursor.startsWith(kind) || cursor.length > maxLength) throw cursorExpired();
  const numbers: number[] = [];
  let number = 0;
  let factor = 1;
  for (const byte of Buffer.from(cursor.slice(kind.length), 'base64url')) {
    number += (byte % group) * factor;
    if (number > Number.MAX_SAFE_INTEGER) throw cursorExpired();
    if (byte >= group) {
      factor *= group;
      continue;
    }
    numbers.push(number);
    [number, factor] = [0, 1];
  }
  if (factor !== 1) throw cursorExpired();
  return numbers;
}
