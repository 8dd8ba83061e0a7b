import { Duration } from 'luxon';

/** Length of an ISO 8601 duration of days and less, in milliseconds. */
export function durationMs(text: string): number {
  return Duration.fromISO(text).toMillis();
}

/** The instant `ms` later. */
export function later(at: Date, ms: number): Date {
  return new Date(at.getTime() + ms);
}
