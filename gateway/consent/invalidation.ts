import { type PlatformEvent } from '#shared/events';

/** @param patterns event types; `consent.record.*` stands for all below it */
export function isOfType(patterns: readonly string[], type: string): boolean {
  return patterns.some((pattern) =>
    pattern.endsWith('.*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern,
  );
}

/**
 * Whom an event is about.
 * @param path `resourceId`, `aggregate.id` or `data.<key>`
 * @returns null when the event does not say
 */
export function readSubject(event: PlatformEvent, path: string): string | null {
  const value =
    path === 'resourceId' ? event.resourceId : path === 'aggregate.id' ? event.aggregate.id : dataAt(event, path);
  return typeof value === 'string' ? value : null;
}

function dataAt({ data }: PlatformEvent, path: string): unknown {
  return path.startsWith('data.') ? data[path.slice('data.'.length)] : null;
}
