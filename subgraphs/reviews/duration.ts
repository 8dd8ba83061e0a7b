const pattern = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/** Length of an ISO 8601 duration of days and less, in milliseconds, as the `Duration` scalar lets through. */
export function durationMs(text: string): number {
  const [, days = '0', hours = '0', minutes = '0', seconds = '0'] = pattern.exec(text) ?? [];
  return (((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000;
}

/** The instant `ms` later. */
export function later(at: Date, ms: number): Date {
  return new Date(at.getTime() + ms);
}
