import { runInContext } from '#shared/context';
import { DomainError } from '#shared/errors';
import { type Logger } from '#shared/logging';
import { type PlatformEvent } from './envelope';
import { type EventHandler } from './transport';

/** Everything a handler does belongs to the request that caused the event, and to the event. */
export function handleInContext(group: string, handler: EventHandler, event: PlatformEvent): Promise<void> {
  const context = { correlationId: event.correlationId, causationId: event.id, operationName: group };
  return runInContext(context, async () => handler(event));
}

/** The code under which a failure is stored: an expected error's own, or HANDLER_FAILED for a bug. */
export function reasonCodeOf(error: unknown): string {
  return error instanceof DomainError ? error.code : 'HANDLER_FAILED';
}

/** A listener's failure is its own affair: it must not stop the events of others. */
export function notifyListeners(
  listeners: Iterable<(event: PlatformEvent) => void>,
  event: PlatformEvent,
  log: Logger,
): void {
  for (const listener of listeners) {
    try {
      listener(event);
    } catch (err) {
      log.error({ err, eventId: event.id, eventType: event.type }, 'A listener to all events failed');
    }
  }
}
