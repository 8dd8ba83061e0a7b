import { runInContext } from '#shared/context';
import { DomainError } from '#shared/errors';
import { type Logger } from '#shared/logging';
import { isTracing, traced } from '#shared/tracing';
import { type PlatformEvent } from './envelope';
import { type EventHandler, type TailListener, type TailedEvent } from './transport';

/** Everything a handler does belongs to the request that caused the event, and to the event. */
export function handleInContext(group: string, handler: EventHandler, event: PlatformEvent): Promise<void> {
  const context = { correlationId: event.correlationId, causationId: event.id, operationName: group };
  if (!isTracing()) return runInContext(context, async () => handler(event));
  const options = { kind: 'consumer', parent: event.traceparent, attributes: attributesOf(group, event) } as const;
  return traced(`process ${event.type}`, options, () => runInContext(context, async () => handler(event)));
}

/** In the words of OpenTelemetry's conventions for messaging. */
function attributesOf(group: string, event: PlatformEvent): Record<string, string> {
  return {
    'messaging.system': 'outbox',
    'messaging.operation.type': 'process',
    'messaging.operation.name': 'process',
    'messaging.destination.name': event.type,
    'messaging.consumer.group.name': group,
    'messaging.message.id': event.id,
    'messaging.message.conversation_id': event.correlationId,
  };
}

/** The code under which a failure is stored: an expected error's own, or HANDLER_FAILED for a bug. */
export function reasonCodeOf(error: unknown): string {
  return error instanceof DomainError ? error.code : 'HANDLER_FAILED';
}

/** A listener's failure is its own affair: it must not stop the events of others. */
export function notifyListeners(listeners: Iterable<TailListener>, { event, cursor }: TailedEvent, log: Logger): void {
  for (const listener of listeners) {
    try {
      listener(event, cursor);
    } catch (err) {
      log.error({ err, eventId: event.id, eventType: event.type }, 'A listener to all events failed');
    }
  }
}
