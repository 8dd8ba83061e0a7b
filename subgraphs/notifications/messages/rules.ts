import { type EventData, type EventDataOf, type EventType } from '#shared/events';
import { type DeliveryChannel, type NotificationPriority } from '../channels';
import { type MessageFacts } from '../templates/variables';

/** Who is told what when something has happened. */
export interface Rule<Data = EventData> {
  readonly templateKey: string;
  readonly priority: NotificationPriority;
  /** Those of them are used that the template has words for. */
  readonly channels: readonly DeliveryChannel[];
  /** A user or patient id; null when there is nobody to tell. */
  readonly recipient: (data: Data) => string | null;
  readonly facts: (data: Data) => MessageFacts;
}

/** Lets each rule read the data of its own event; in the table they are all alike. */
function rule<T extends EventType>(
  type: T,
  { facts = () => ({}), ...rest }: Omit<Rule<EventDataOf<T>>, 'facts'> & Partial<Pick<Rule<EventDataOf<T>>, 'facts'>>,
): readonly [T, Rule] {
  return [type, { facts, ...rest } as unknown as Rule];
}

/** Event, template, recipient. An organisation without a published template of the key does not send that message. */
const table = [
  rule('clinical.case.decided', {
    templateKey: 'case-decided',
    priority: 'HIGH',
    channels: ['IN_APP', 'EMAIL'],
    recipient: ({ patientId }) => patientId,
  }),
  rule('clinical.case.decided', {
    templateKey: 'case-decided-referrer',
    priority: 'HIGH',
    channels: ['IN_APP'],
    recipient: ({ referrerUserId }) => referrerUserId,
  }),
  rule('scheduling.appointment.confirmed', {
    templateKey: 'appointment-confirmed',
    priority: 'NORMAL',
    channels: ['IN_APP', 'EMAIL'],
    recipient: ({ patientId }) => patientId,
    facts: ({ startsAt }) => ({ startsAt }),
  }),
  rule('payments.invoice.finalized', {
    templateKey: 'invoice-ready',
    priority: 'NORMAL',
    channels: ['IN_APP', 'EMAIL'],
    recipient: ({ patientId }) => patientId,
    facts: ({ amountMinor, currency }) => ({ amountMinor, currency }),
  }),
  rule('auth.break_glass.started', {
    templateKey: 'record-opened-in-emergency',
    priority: 'HIGH',
    channels: ['IN_APP'],
    recipient: ({ patientId }) => patientId,
  }),
] as const;

/** Events that somebody is told of. */
export const triggers = [...new Set(table.map(([type]) => type))];

export function rulesFor(type: EventType): Rule[] {
  return table.filter(([on]) => on === type).map(([, its]) => its);
}
