import { connectionType } from '#shared/graphql';
import { Notification } from './notification.entity';

export const NotificationConnection = connectionType('Notification', () => Notification);
