import { S3Error } from './s3-error';

export interface ByteRange {
  readonly start: number;
  /** Inclusive, as in HTTP. */
  readonly end: number;
}

/**
 * The part that a `Range` header asks for (RFC 9110 §14.2), or null for the whole: no header, or one that is not a
 * single range of bytes.
 * @throws {S3Error} InvalidRange when the object has no such part
 */
export function parseRange(header: string, sizeBytes: number): ByteRange | null {
  const range = suffix(header, sizeBytes) ?? fromTo(header, sizeBytes);
  if (range && range.start > range.end) throw new S3Error(416, 'InvalidRange');
  return range;
}

/** `bytes=-500`: the last 500. */
function suffix(header: string, sizeBytes: number): ByteRange | null {
  const length = /^bytes=-(\d+)$/.exec(header)?.[1];
  return length === undefined ? null : { start: Math.max(sizeBytes - Number(length), 0), end: sizeBytes - 1 };
}

/** `bytes=0-499`, `bytes=500-`. */
function fromTo(header: string, sizeBytes: number): ByteRange | null {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(header) ?? [];
  if (first === undefined) return null;
  const start = Number(first);
  const end = last === '' ? Infinity : Number(last);
  return end < start ? null : { start, end: Math.min(end, sizeBytes - 1) };
}
