import { type Machine } from '../machine';

export const appointmentStatuses = [
  ...(['REQUESTED', 'CONFIRMED', 'CHECKED_IN', 'IN_PROGRESS', 'COMPLETED', 'CANCELLED', 'DECLINED'] as const),
] as const;
export type AppointmentStatus = (typeof appointmentStatuses)[number];

export type AppointmentTrigger = 'confirm' | 'decline' | 'cancel' | 'checkIn' | 'start' | 'complete';

/** REQUESTED blocks the time like CONFIRMED does: two people must not be promised one slot. */
export const appointmentMachine: Machine<AppointmentStatus, AppointmentTrigger> = {
  REQUESTED: { confirm: 'CONFIRMED', decline: 'DECLINED', cancel: 'CANCELLED' },
  CONFIRMED: { checkIn: 'CHECKED_IN', cancel: 'CANCELLED' },
  CHECKED_IN: { start: 'IN_PROGRESS', cancel: 'CANCELLED' },
  IN_PROGRESS: { complete: 'COMPLETED' },
  COMPLETED: {},
  CANCELLED: {},
  DECLINED: {},
};
