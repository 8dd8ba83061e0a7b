import { enumOf } from '#shared/graphql';
import { type Machine } from '../machine';

export const notificationStatuses = [
  ...(['ACCEPTED', 'PROCESSING', 'DELIVERED', 'PARTIALLY_DELIVERED', 'FAILED', 'SUPPRESSED'] as const),
] as const;
export type NotificationStatus = (typeof notificationStatuses)[number];
export const NotificationStatusEnum = enumOf('NotificationStatus', notificationStatuses);

export const notificationMachine: Machine<
  NotificationStatus,
  'begin' | 'deliver' | 'deliverPartly' | 'fail' | 'suppress'
> = {
  ACCEPTED: { begin: 'PROCESSING' },
  PROCESSING: {
    deliver: 'DELIVERED',
    deliverPartly: 'PARTIALLY_DELIVERED',
    fail: 'FAILED',
    suppress: 'SUPPRESSED',
  },
  DELIVERED: {},
  PARTIALLY_DELIVERED: {},
  FAILED: {},
  SUPPRESSED: {},
};
