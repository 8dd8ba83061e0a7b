import { In } from 'typeorm';
import { type Page, type UnitOfWork } from '#shared/database';
import { type TypedEvent } from '#shared/events';
import { newId } from '#shared/ids';
import { type Appointment } from '../appointments/appointment.entity';
import { ServiceType } from '../services/service-type.entity';
import { WaitlistEntry } from './waitlist-entry.entity';
import { type FollowUp, followUpOf } from './waitlist.policy';
import { type WaitlistArgs } from './waitlist.types';

const dayMs = 86_400_000;

/** Puts the patient of a decided case on the waiting list when the plan needs an appointment. */
export async function addToWaitlist(tx: UnitOfWork, event: TypedEvent<'reviews.decision.final'>): Promise<void> {
  const { patientId, caseId, management } = event.data;
  const followUp = followUpOf(event.data);
  for (const earlier of await waitingFor(tx, { patientId, caseId })) {
    earlier.removeFromList();
    await tx.save(earlier);
  }
  if (!followUp) return;
  const service = await tx.findBy(ServiceType, { key: followUp.serviceKey, active: true });
  const entry = await tx.create(WaitlistEntry, {
    ...{ id: newId('wtl'), patientId, caseId, management, status: 'WAITING', appointmentId: null },
    ...daysOf(followUp, new Date(event.occurredAt)),
    serviceTypeId: service?.id ?? null,
  });
  const { id } = entry;
  const data = { waitlistEntryId: id, patientId, caseId };
  await tx.publish('scheduling.waitlist.added', { resourceId: id, aggregate: { type: 'WaitlistEntry', id }, data });
}

/** Whoever has got an appointment for the case waits no longer. */
export async function acceptWaitlistEntries(tx: UnitOfWork, { id, caseId, patientId }: Appointment): Promise<void> {
  if (caseId === null) return;
  for (const entry of await waitingFor(tx, { patientId, caseId })) {
    entry.accept(id);
    await tx.save(entry);
  }
}

export async function listWaitlist(
  unit: UnitOfWork,
  { caseId, status, ...page }: WaitlistArgs,
): Promise<Page<WaitlistEntry>> {
  const where = { ...(caseId && { caseId }), ...(status && { status: In(status) }) };
  return unit.page(WaitlistEntry, { ...page, where, direction: 'ASC' });
}

function waitingFor(tx: UnitOfWork, of: { patientId: string; caseId: string }): Promise<WaitlistEntry[]> {
  return tx.list(WaitlistEntry, { ...of, status: 'WAITING' });
}

function daysOf({ earliestDays, latestDays }: FollowUp, decidedAt: Date): { earliest: string; latest: string } {
  const day = (days: number): string => new Date(decidedAt.getTime() + days * dayMs).toISOString().slice(0, 10);
  return { earliest: day(earliestDays), latest: day(latestDays) };
}
