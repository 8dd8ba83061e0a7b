import { newId } from '#shared/ids';
import { type PlatformEvent } from '#shared/events';
import { type EventTail } from '../subscriptions';

/** Events that a test announces by hand. */
export class EventSource implements EventTail {
  private readonly listeners = new Set<(event: PlatformEvent) => void>();

  subscribe(listener: (event: PlatformEvent) => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  announce(event: Pick<PlatformEvent, 'organisationId' | 'resourceId'> & Partial<PlatformEvent>): void {
    const whole: PlatformEvent = {
      id: newId('evt'),
      type: 'clinical.case.submitted',
      version: 1,
      region: 'UK',
      aggregate: { type: 'Case', id: event.resourceId },
      actor: { clientId: null, userId: null, subject: 'service:test' },
      occurredAt: new Date().toISOString(),
      correlationId: 'correlation-of-the-event',
      causationId: null,
      data: {},
      ...event,
    };
    for (const listener of this.listeners) listener(whole);
  }
}
