import { In } from 'typeorm';
import { type EventToPublish, type NewValues, type PageArguments, type UnitOfWork } from '#shared/database';
import { type Connection, connectionOf } from '#shared/graphql';
import { type PlatformEvent } from '#shared/events';
import { newId } from '#shared/ids';
import { type DeliveryChannel } from '../channels';
import { NotificationDelivery } from '../deliveries/delivery.entity';
import { Template } from '../templates/template.entity';
import { type NotificationStatus } from './notification.codes';
import { type DeliveryResult, Notification } from './notification.entity';
import { type Rule } from './rules';

/** Accepts the message a rule makes of an event: one row, and one for each channel that it will go out on. */
export async function acceptNotification(unit: UnitOfWork, rule: Rule, event: PlatformEvent): Promise<void> {
  const recipient = rule.recipient(event.data);
  const template = await unit.findBy(Template, { key: rule.templateKey, status: 'PUBLISHED' });
  if (recipient === null || !template) return;
  const channels = rule.channels.filter((channel) => template.speaksOn(channel));
  if (channels.length === 0) return;
  const notification = await unit.create(Notification, {
    ...{ id: newId('ntf'), templateId: template.id, templateKey: template.key, recipient, status: 'ACCEPTED' },
    category: template.category,
    priority: template.critical ? 'CRITICAL' : rule.priority,
    ...{ triggerEventId: event.id, correlationId: event.correlationId, about: event.resourceId },
    ...{ patientId: idIn(event, 'patientId'), caseId: idIn(event, 'caseId'), facts: rule.facts(event.data) },
    ...{ deliveriesPending: channels.length, deliveriesReached: 0, deliveriesFailed: 0, deliveriesSuppressed: 0 },
  });
  for (const channel of channels) await unit.create(NotificationDelivery, newDelivery(unit, notification, channel));
  await unit.publish('notifications.notification.accepted', announcement(notification, {}));
}

/** Counts a delivery that has ended, and tells the platform what came of it. */
export async function settleNotification(
  tx: UnitOfWork,
  notification: Notification,
  { channel, status, error, suppressedBy }: NotificationDelivery,
): Promise<void> {
  const result = resultOf(status);
  notification.settle(result);
  await tx.save(notification);
  if (result === 'REACHED') {
    await tx.publish('notifications.notification.delivered', announcement(notification, { channel }));
  }
  if (notification.status === 'FAILED' || notification.status === 'SUPPRESSED') {
    const reason = error ?? suppressedBy ?? notification.status;
    await tx.publish('notifications.notification.failed', announcement(notification, { reason }));
  }
}

/** A page of messages, newest first: of certain states, or to one recipient, or all. */
export async function listNotifications(
  unit: UnitOfWork,
  page: PageArguments,
  { status = null, recipient = null }: { status?: readonly NotificationStatus[] | null; recipient?: string | null },
): Promise<Connection<Notification>> {
  const where = { ...(status && { status: In([...status]) }), ...(recipient !== null && { recipient }) };
  return connectionOf(await unit.page(Notification, { ...page, where }));
}

function resultOf(status: NotificationDelivery['status']): DeliveryResult {
  if (status === 'SENT' || status === 'DELIVERED') return 'REACHED';
  return status === 'SUPPRESSED' ? 'SUPPRESSED' : 'FAILED';
}

function newDelivery(
  { at }: UnitOfWork,
  { id: notificationId, recipient }: Notification,
  channel: DeliveryChannel,
): NewValues<NotificationDelivery> {
  return {
    ...{
      id: newId('dlv'),
      notificationId,
      channel,
      recipient,
      provider: null,
      status: 'QUEUED',
      attempt: 0,
      fencingToken: 0,
    },
    ...{ queuedAt: at, nextAttemptAt: at, sentAt: null, deliveredAt: null },
    ...{ addressHint: null, providerMessageId: null, suppressedBy: null, error: null },
  };
}

type Facts = Pick<
  EventToPublish<'notifications.notification.accepted'>['data'],
  'notificationId' | 'template' | 'patientId' | 'caseId'
>;

function announcement<More extends object>(
  { id, templateKey, patientId, caseId }: Notification,
  more: More,
): { resourceId: string; aggregate: { type: string; id: string }; data: Facts & More } {
  // Codes in events are written in capitals.
  const data = { notificationId: id, template: templateKey.toUpperCase(), patientId, caseId, ...more };
  return { resourceId: id, aggregate: { type: 'Notification', id }, data };
}

function idIn({ data }: PlatformEvent, name: string): string | null {
  const value = data[name];
  return typeof value === 'string' ? value : null;
}
