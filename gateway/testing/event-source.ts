import { DomainError } from '#shared/errors';
import { newId } from '#shared/ids';
import { type PlatformEvent, type ReplayOptions, type TailedEvent } from '#shared/events';
import { type EventTail } from '../subscriptions';

/** Events that a test announces by hand. Cursors count them, and none is forgotten. */
export class EventSource implements Required<EventTail> {
  private readonly listeners = new Set<(event: PlatformEvent, cursor: string) => void>();
  private readonly told: PlatformEvent[] = [];

  subscribe(listener: (event: PlatformEvent, cursor: string) => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  isFollowing(): boolean {
    return true;
  }

  position(): string {
    return String(this.told.length);
  }

  async *replay(after: string, { wants, caughtUp }: ReplayOptions): AsyncGenerator<TailedEvent> {
    const isOurs = /^\d{1,9}$/.test(after) && Number(after) <= this.told.length;
    if (!isOurs) throw new DomainError('CURSOR_EXPIRED', 'No such event');
    let cursor = Number(after);
    for (let event = this.told[cursor]; event; event = this.told[cursor]) {
      cursor++;
      if (wants(event)) yield { event, cursor: String(cursor) };
    }
    caughtUp();
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
    this.told.push(whole);
    const cursor = this.position();
    for (const listener of this.listeners) listener(whole, cursor);
  }
}
