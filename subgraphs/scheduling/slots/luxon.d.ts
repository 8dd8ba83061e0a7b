/** The part of luxon used here; the package comes without types. */
declare module 'luxon' {
  interface LocalParts {
    readonly year: number;
    readonly month: number;
    readonly day: number;
    readonly hour?: number;
    readonly minute?: number;
  }

  export class DateTime {
    /** A wall-clock time; one that the zone skips is moved past the gap. */
    static fromObject(parts: LocalParts, options: { zone: string }): DateTime;
    static fromJSDate(date: Date, options: { zone: string }): DateTime;
    readonly year: number;
    readonly month: number;
    readonly day: number;
    /** 1 is Monday (ISO 8601). */
    readonly weekday: number;
    plus(duration: { days: number }): DateTime;
    startOf(unit: 'day'): DateTime;
    toMillis(): number;
    toFormat(format: string): string;
  }

  export class Duration {
    static fromISO(text: string): Duration;
    as(unit: 'minutes'): number;
  }
}
