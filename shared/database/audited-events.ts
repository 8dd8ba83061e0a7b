import { type AuditRecord } from '#shared/audit';
import { type Actor } from '#shared/auth';
import { type EventType } from '#shared/events';
import { type AuditedAct } from './audit-record';

/** What is published of a happening that is no change of a record: it leaves its audit record where it is announced. */
interface Announcement {
  readonly resourceId: string;
  readonly aggregate: { readonly type: string };
  readonly data: unknown;
}

/** Which events are acts of their own, by how their type begins. Changes of accounts and clients are in `Administered`. */
const categories: readonly (readonly [prefix: string, category: AuditRecord['category']])[] = [
  ['auth.login.', 'AUTHENTICATION'],
  ['auth.session.', 'AUTHENTICATION'],
  ['auth.token.', 'AUTHENTICATION'],
  ['auth.mfa.', 'AUTHENTICATION'],
  ['auth.step_up.', 'AUTHENTICATION'],
  ['auth.password.', 'AUTHENTICATION'],
  ['auth.break_glass.', 'BREAK_GLASS'],
  ['auth.key.', 'ADMIN'],
];

interface AnnouncedAct {
  readonly act: AuditedAct;
  /** Who did it: a person who signs in does so themselves, though the platform announces it. */
  readonly as: Partial<Actor>;
}

/** @returns the act that an event announces; null for one that is told of by the records it changes */
export function announcedAct(type: EventType, { resourceId, aggregate, data }: Announcement): AnnouncedAct | null {
  const category = categories.find(([prefix]) => type.startsWith(prefix))?.[1];
  if (!category) return null;
  const { reason, patientId, userId } = data as Readonly<Record<string, unknown>>;
  const outcome = /\.(failed|denied|refused|locked)$/.test(type) ? 'DENIED' : 'SUCCESS';
  const isByPerson = category === 'AUTHENTICATION' && /\.(succeeded|started)$/.test(type) && typeof userId === 'string';
  return {
    as: isByPerson ? { kind: 'user', subject: userId, userId } : {},
    act: {
      ...{ category, outcome, resourceType: aggregate.type, resourceId },
      action: type.slice(type.indexOf('.') + 1),
      patientId: typeof patientId === 'string' ? patientId : null,
      reason: typeof reason === 'string' ? reason : null,
    },
  };
}
