import { In, LessThanOrEqual } from 'typeorm';
import { type UnitOfWork } from '#shared/database';
import { unreachable } from '#shared/errors';
import { type SystemAccess } from '#shared/subgraph';
import { type DeliveryTimings } from '../config';
import { addInboxItem } from '../inbox/inbox.service';
import { Notification } from '../messages/notification.entity';
import { settleNotification } from '../messages/notification.service';
import { claimable } from './delivery.codes';
import { NotificationDelivery } from './delivery.entity';
import { onFreshRows } from './fresh';
import { type Outcome } from './outcome';
import { mayWait } from './retry.policy';

const batch = 16;

/** A delivery that this worker and no other works on, until the lease lapses. */
export interface Claim {
  readonly deliveryId: string;
  readonly token: number;
}

/** Deliveries of any organisation that are due, longest waiting first: just what is needed to claim them. */
export async function findDueDeliveries(system: SystemAccess, at: Date): Promise<NotificationDelivery[]> {
  const fields = ['id', 'organisationId', 'region', 'status', 'fencingToken'] as const;
  return system.source
    .createQueryBuilder(NotificationDelivery, 'row')
    .select(fields.map((field) => `row.${field}`))
    .where({ status: In(claimable), nextAttemptAt: LessThanOrEqual(at) })
    .orderBy('row.nextAttemptAt', 'ASC')
    .take(batch)
    .getMany();
}

/** @returns null when somebody else was quicker. */
export async function claimDelivery(
  unit: UnitOfWork,
  row: NotificationDelivery,
  leaseMs: number,
): Promise<Claim | null> {
  const { id, status, fencingToken } = row;
  const token = fencingToken + 1;
  const lease = { status: 'SENDING', fencingToken: token, nextAttemptAt: leaseFrom(leaseMs) } as const;
  const claimed = await unit.updateWhere(NotificationDelivery, { id, status, fencingToken }, lease);
  return claimed === 0 ? null : { deliveryId: id, token };
}

/** Begins the lease anew, right before something leaves the platform. @returns false when the claim has been lost. */
export async function renewClaim(
  unit: UnitOfWork,
  { deliveryId: id, token }: Claim,
  leaseMs: number,
): Promise<boolean> {
  const held = { id, status: 'SENDING', fencingToken: token } as const;
  return (await unit.updateWhere(NotificationDelivery, held, { nextAttemptAt: leaseFrom(leaseMs) })) > 0;
}

/**
 * Writes down what an attempt came to: the delivery, the inbox item if there is one, and the notification's standing,
 * in one transaction. A result that comes after the claim was lost is dropped.
 */
export async function recordOutcome(
  unit: UnitOfWork,
  { deliveryId, token }: Claim,
  { outcome, timings }: { outcome: Outcome; timings: DeliveryTimings },
): Promise<void> {
  await onFreshRows(() =>
    unit.transaction(async (tx) => {
      const delivery = await tx.get(NotificationDelivery, deliveryId);
      if (!delivery.isHeldBy(token)) return;
      const notification = await tx.get(Notification, delivery.notificationId);
      apply(delivery, outcome, { at: tx.at, timings });
      await tx.save(delivery);
      if (outcome.kind === 'posted') await addInboxItem(tx, notification, { deliveryId, ...outcome });
      if (delivery.isSettled()) await settleNotification(tx, notification, delivery);
    }),
  );
}

function apply(
  delivery: NotificationDelivery,
  outcome: Outcome,
  { at, timings }: { at: Date; timings: DeliveryTimings },
): void {
  switch (outcome.kind) {
    case 'sent':
      delivery.take(outcome.receipt, at);
      break;
    case 'posted':
      delivery.take({ provider: 'inbox', messageId: null, addressHint: null, hasArrived: true }, at);
      break;
    case 'suppressed':
      delivery.suppress(outcome.reason);
      break;
    case 'unread':
      if (mayWait(delivery.queuedAt, at)) delivery.defer(new Date(at.getTime() + timings.deferMs), outcome.error);
      else delivery.fail(outcome.error, at, timings.retryBaseMs);
      break;
    case 'failed':
      delivery.fail(outcome.error, at, timings.retryBaseMs);
      break;
    case 'hopeless':
      delivery.giveUp(outcome.error);
      break;
    default:
      unreachable(outcome);
  }
}

/** A lease is a span of real time, whatever instant the work counts as done at. */
function leaseFrom(leaseMs: number): Date {
  return new Date(Date.now() + leaseMs);
}
