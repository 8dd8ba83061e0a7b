import { enumOf } from '#shared/graphql';

/** Channels a template may have words for. Two of them are sent on so far: see `DeliveryChannel`. */
export const channels = ['IN_APP', 'EMAIL', 'SMS', 'PUSH', 'SLACK'] as const;
export type Channel = (typeof channels)[number];
export const ChannelEnum = enumOf('Channel', channels);

/** Channels that messages go out on. */
export type DeliveryChannel = Extract<Channel, 'IN_APP' | 'EMAIL'>;

export const categories = [
  'CLINICAL',
  'APPOINTMENT',
  'BILLING',
  'CONSENT',
  'SECURITY',
  'OPERATIONAL',
  'MARKETING',
] as const;
export type NotificationCategory = (typeof categories)[number];
export const NotificationCategoryEnum = enumOf('NotificationCategory', categories);

export const priorities = ['LOW', 'NORMAL', 'HIGH', 'CRITICAL'] as const;
export type NotificationPriority = (typeof priorities)[number];
export const NotificationPriorityEnum = enumOf('NotificationPriority', priorities);
