import { runInContext } from '#shared/context';
import { type UnitOfWork } from '#shared/database';
import { type Worker, type WorkerContext } from '#shared/subgraph';
import { Notification } from '../messages/notification.entity';
import { type NotificationsPorts } from '../ports';
import { Template } from '../templates/template.entity';
import { attempt, type Task } from './attempt';
import { NotificationDelivery } from './delivery.entity';
import { type Claim, claimDelivery, findDueDeliveries, recordOutcome } from './delivery.service';

type Context = WorkerContext<NotificationsPorts>;

/**
 * Sends what is due: claim, read and send, record. Killed after the claim, the lease lapses and another worker goes on;
 * killed after a mail has left, it leaves again under the same Message-ID, by which mailboxes tell the repetition.
 */
export const deliverWorker: Worker<NotificationsPorts> = {
  name: 'deliver',
  pollMs: 1_000,
  async run(context) {
    const due = await findDueDeliveries(context.system, new Date());
    const done = await Promise.all(due.map((row) => workOn(row, context)));
    return done.filter(Boolean).length;
  },
};

async function workOn(row: NotificationDelivery, { system, ports, log }: Context): Promise<boolean> {
  const unit = system.unitFor(row, new Date());
  try {
    const claim = await claimDelivery(unit, row, ports.timings.leaseMs);
    if (!claim) return false;
    const task = await readTask(unit, claim, ports);
    await onBehalfOf(task.notification, async () => {
      const outcome = await attempt(task);
      if (outcome) await recordOutcome(system.unitFor(row, new Date()), claim, { outcome, timings: ports.timings });
    });
    return true;
  } catch (error) {
    log.error(
      { err: error, deliveryId: row.id },
      'A delivery could not be worked on; its lease lapses and it is tried again',
    );
    return false;
  }
}

async function readTask(unit: UnitOfWork, claim: Claim, ports: NotificationsPorts): Promise<Task> {
  const delivery = await unit.get(NotificationDelivery, claim.deliveryId);
  const notification = await unit.get(Notification, delivery.notificationId);
  const template = await unit.get(Template, notification.templateId);
  return { unit, claim, delivery, notification, template, ports };
}

/** The mail and its events belong to the request that set the message off. */
function onBehalfOf({ correlationId, triggerEventId }: Notification, work: () => Promise<void>): Promise<void> {
  return runInContext({ correlationId, causationId: triggerEventId, operationName: 'notifications.deliver' }, work);
}
