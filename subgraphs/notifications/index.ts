import { defineSubgraph } from '#shared/subgraph';
import { deliverWorker } from './deliveries/deliver.worker';
import { NotificationDelivery } from './deliveries/delivery.entity';
import { seedNotificationsDemo } from './demo';
import { InboxItem } from './inbox/inbox-item.entity';
import { InboxResolver } from './inbox/inbox.resolver';
import { Notification } from './messages/notification.entity';
import { NotificationResolver, PatientNotificationsResolver } from './messages/notification.resolver';
import { notify } from './messages/notify.consumer';
import { createNotifications } from './migrations/1764000500001-create-notifications';
import { notificationsPorts, type NotificationsPorts } from './ports';
import { Template } from './templates/template.entity';
import { TemplateResolver } from './templates/template.resolver';

/** Tells people what has happened: in the platform's inbox and by e-mail. */
export const notifications = defineSubgraph<NotificationsPorts>({
  name: 'notifications',
  purpose: 'DIRECT_CARE',
  resolvers: [TemplateResolver, NotificationResolver, PatientNotificationsResolver, InboxResolver],
  entities: [Template, Notification, NotificationDelivery, InboxItem],
  migrations: [createNotifications],
  references: {
    User: ({ id }) => ({ id }),
    Patient: ({ id }) => ({ id }),
    Template: ({ id }, { unit }) => unit.find(Template, id),
    Notification: ({ id }, { unit }) => unit.find(Notification, id),
    NotificationDelivery: ({ id }, { unit }) => unit.find(NotificationDelivery, id),
    InboxItem: ({ id }, { unit }) => unit.find(InboxItem, id),
  },
  consumers: [notify],
  workers: [deliverWorker],
  serviceScopes: ['clinical:patients:read', 'consent:decisions:read'],
  ports: notificationsPorts,
  seedDemo: seedNotificationsDemo,
});
