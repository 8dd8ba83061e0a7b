import { type EntityManager } from 'typeorm';
import { type PlatformEvent } from './envelope';
import { InboxRow } from './inbox.entity';

/**
 * Runs `work` in the caller's transaction unless this consumer has handled the event before. Delivered twice at once,
 * the second fails on the inbox's key, is rolled back with its transaction, and finds the first on redelivery.
 */
// eslint-disable-next-line @typescript-eslint/max-params -- reads as a sentence: in this transaction, this consumer, this event, this work
export async function consumeOnce(
  manager: EntityManager,
  consumer: string,
  event: PlatformEvent,
  work: () => Promise<void>,
): Promise<'handled' | 'duplicate'> {
  const key = { consumer, eventId: event.id };
  if (await manager.existsBy(InboxRow, key)) return 'duplicate';
  await manager.insert(InboxRow, { ...key, organisationId: event.organisationId, handledAt: new Date() });
  await work();
  return 'handled';
}
