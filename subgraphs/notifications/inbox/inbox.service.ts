import { In, IsNull, Not, type FindOptionsWhere } from 'typeorm';
import { type Actor } from '#shared/auth';
import { type PageArguments, type UnitOfWork } from '#shared/database';
import { ForbiddenError, InputError, NotFoundError } from '#shared/errors';
import { type Connection, connectionOf } from '#shared/graphql';
import { newId } from '#shared/ids';
import { type Notification } from '../messages/notification.entity';
import { addressedTo, recipientPatientId, recipientUserId } from '../recipients/recipient';
import { InboxItem } from './inbox-item.entity';

const mostItems = 100;

/** Puts a message into its recipient's inbox and tells whoever is watching. */
export async function addInboxItem(
  tx: UnitOfWork,
  notification: Notification,
  { deliveryId, title, body }: { deliveryId: string; title: string; body: string },
): Promise<InboxItem> {
  const { id: notificationId, recipient, about, category, priority: severity } = notification;
  const item = await tx.create(InboxItem, {
    ...{ id: newId('inb'), recipient, notificationId, deliveryId, title, body, about, category, severity },
    ...{ readAt: null, archivedAt: null },
  });
  const [userId, patientId] = [recipientUserId(item), recipientPatientId(item)];
  await tx.publish('notifications.inbox_item.added', {
    resourceId: item.id,
    aggregate: { type: userId === null ? 'Patient' : 'User', id: recipient },
    data: { inboxItemId: item.id, userId, patientId, notificationId },
  });
  return item;
}

/** The caller's own items, newest first; those of patients the caller is or acts for are among them. */
export async function readInbox(
  unit: UnitOfWork,
  userId: string,
  { unreadOnly, ...page }: PageArguments & { readonly unreadOnly: boolean },
): Promise<Connection<InboxItem>> {
  assertOwn(unit.actor, userId);
  return connectionOf(await unit.page(InboxItem, { ...page, where: unreadOnly ? unread : kept }));
}

/** @throws {DomainError} FORBIDDEN for another user's inbox. */
export async function countUnreadOf(unit: UnitOfWork, userId: string): Promise<number> {
  assertOwn(unit.actor, userId);
  return unit.count(InboxItem, unread);
}

/** The count once this item has come in; null when it came into somebody else's inbox. */
export async function countUnreadAfter(unit: UnitOfWork, itemId: string): Promise<number | null> {
  const isOwn = (await unit.count(InboxItem, { id: itemId })) > 0;
  return isOwn ? unit.count(InboxItem, unread) : null;
}

export interface Marking {
  readonly ids: readonly string[] | null;
  readonly all: boolean;
  readonly read: boolean | null;
  readonly archived: boolean | null;
}

/**
 * Marks items of the caller's inbox as read or unread, archived or not. Marking again changes nothing: the time at which
 * an item was first read stays.
 * @throws {DomainError} NOT_FOUND when one of the items is not the caller's: then none is marked; BAD_USER_INPUT.
 */
export async function markInbox(unit: UnitOfWork, marking: Marking): Promise<InboxItem[]> {
  const { ids, all, read, archived } = marking;
  if (read === null && archived === null) throw new InputError('Say what to mark them as: read or archived');
  if ((ids === null) === !all) throw new InputError('Name either the items by their ids or all of them', ['ids']);
  if (ids && ids.length > mostItems) throw new InputError('Mark at most 100 items at once', ['ids']);
  return unit.transaction(async (tx) => {
    // `updateWhere` knows the organisation's wall but no row policy: whose items they are is said here.
    const where: FindOptionsWhere<InboxItem> = {
      ...addressedTo<InboxItem>(tx.actor),
      ...(ids ? { id: In([...ids]) } : kept),
    };
    if (ids && (await tx.count(InboxItem, where)) < new Set(ids).size) throw new NotFoundError('InboxItem');
    const marked = await tx.list(InboxItem, where, { order: { createdAt: 'DESC' }, take: mostItems });
    for (const { id: resourceId, recipient: patientId } of marked) {
      const what = { action: 'InboxItem.mark', resourceType: 'InboxItem', resourceId, patientId };
      await tx.noteAct({ category: 'WRITE', ...what });
    }
    if (read !== null) await mark(tx, where, 'readAt', read);
    if (archived !== null) await mark(tx, where, 'archivedAt', archived);
    return tx.list(InboxItem, { id: In(marked.map(({ id }) => id)) }, { order: { createdAt: 'DESC' } });
  });
}

const kept: FindOptionsWhere<InboxItem> = { archivedAt: IsNull() };
const unread: FindOptionsWhere<InboxItem> = { ...kept, readAt: IsNull() };

// eslint-disable-next-line @typescript-eslint/max-params -- reads as a sentence: in this transaction mark these items as this or not
async function mark(
  tx: UnitOfWork,
  where: FindOptionsWhere<InboxItem>,
  property: 'readAt' | 'archivedAt',
  value: boolean,
): Promise<void> {
  const before = value ? IsNull() : Not(IsNull());
  await tx.updateWhere(InboxItem, { ...where, [property]: before }, { [property]: value ? tx.at : null });
}

/** An inbox is its owner's alone, whatever scopes somebody else may hold. */
function assertOwn(actor: Actor, userId: string): void {
  if (actor.userId !== userId) throw new ForbiddenError('An inbox can be read by its owner only');
}
