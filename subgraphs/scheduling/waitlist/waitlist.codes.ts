import { enumOf } from '#shared/graphql';

export const waitlistStatuses = ['WAITING', 'ACCEPTED', 'REMOVED'] as const;
export type WaitlistStatus = (typeof waitlistStatuses)[number];
export const WaitlistStatusEnum = enumOf('WaitlistStatus', waitlistStatuses);
