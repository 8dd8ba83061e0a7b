import { type NewValues, type UnitOfWork } from '#shared/database';
import { InputError } from '#shared/errors';
import { newId } from '#shared/ids';
import { durationMs } from '../duration';
import { ReviewQueue } from './queue.entity';

/** The queue every organisation has. */
export const defaultQueueKey = 'dermatology';

type QueueValues = Omit<NewValues<ReviewQueue>, 'id'>;

const keyPattern = /^[a-z][a-z0-9-]{1,62}$/;
const shortestMs = 1_000;

/** Makes the queue of this key or changes it. @throws {DomainError} BAD_USER_INPUT */
export async function upsertQueue(unit: UnitOfWork, values: QueueValues): Promise<ReviewQueue> {
  assertValid(values);
  return unit.transaction(async (tx) => {
    const queue = await tx.findBy(ReviewQueue, { key: values.key });
    if (!queue) return tx.create(ReviewQueue, { ...values, id: newId('que') });
    const { name, readsRequired, claimLease, firstReadSla } = values;
    return tx.save(Object.assign(queue, { name, readsRequired, claimLease, firstReadSla }));
  });
}

/** The queue of this key. One that nobody has made yet is made, because a case must not wait for an administrator. */
export async function ensureQueue(unit: UnitOfWork, key: string): Promise<ReviewQueue> {
  const queue = await unit.findBy(ReviewQueue, { key });
  const name = key === defaultQueueKey ? 'Dermatology' : key;
  return queue ?? upsertQueue(unit, { key, name, readsRequired: 1, claimLease: 'PT15M', firstReadSla: 'P2D' });
}

function assertValid({ key, readsRequired, claimLease, firstReadSla }: QueueValues): void {
  if (!keyPattern.test(key)) throw new InputError('A key is 2 to 63 lower-case letters, digits and hyphens', ['key']);
  if (readsRequired !== 1) throw new InputError('A case has one read: readsRequired is 1', ['readsRequired']);
  if (durationMs(claimLease) < shortestMs) throw new InputError('A claim holds for a second at least', ['claimLease']);
  if (durationMs(firstReadSla) < shortestMs)
    throw new InputError('A read is due in a second at the earliest', ['firstReadSla']);
}
