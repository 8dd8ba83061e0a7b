import { isUniqueViolation, type NewValues, type UnitOfWork } from '#shared/database';
import { DomainError, NotFoundError } from '#shared/errors';
import { newId, parseId } from '#shared/ids';
import { type Schedule } from '../schedules/schedule.entity';
import { type ServiceType } from '../services/service-type.entity';
import { SlotClaim, type SlotOwner } from '../slots/slot-claim.entity';
import { cellsOf, type Interval, patientTime, practitionerTime } from '../slots/slot-times';
import { readSlotToken, type SlotOffer } from '../slots/slot-token';
import { nextFree, resolveOffer } from '../slots/slot.service';
import { acceptWaitlistEntries } from '../waitlist/waitlist.service';
import { Appointment } from './appointment.entity';
import { announce } from './appointment.events';
import { canActFor } from './appointment.policy';
import { type BookAppointmentInput } from './appointment.types';

/**
 * Books a slot that was shown. Nobody can be booked twice for the same five minutes: the claims' primary key forbids it.
 * @throws {DomainError} SLOT_TAKEN with the next free times in `details.nextFree`; SLOT_INVALID for a token that is
 * forged, old, or of a slot no longer offered; NOT_FOUND for a patient the actor may not act for.
 */
export async function bookAppointment(unit: UnitOfWork, input: BookAppointmentInput): Promise<Appointment> {
  parseId('pat', input.patientId);
  if (!canActFor(unit.actor, input.patientId)) throw new NotFoundError('Patient');
  const offer = await readSlotToken(unit, input.slotToken);
  const once = { operation: 'bookAppointment', key: input.idempotencyKey, request: input };
  try {
    return await unit.once(Appointment, once, (tx) => book(tx, input, offer));
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    // Looked up only now: inside the failed transaction the winner's claims may not be visible.
    throw slotTaken(await nextFree(unit, offer, input.patientId));
  }
}

async function book(tx: UnitOfWork, input: BookAppointmentInput, offer: SlotOffer): Promise<Appointment> {
  const { service, schedule } = await resolveOffer(tx, offer);
  const values = newAppointment(input, offer, { service, schedule });
  await claimTime(tx, values, service);
  const appointment = await tx.create(Appointment, values);
  await acceptWaitlistEntries(tx, appointment);
  const isConfirmed = appointment.status === 'CONFIRMED';
  await announce(
    tx,
    isConfirmed ? 'scheduling.appointment.confirmed' : 'scheduling.appointment.requested',
    appointment,
  );
  return appointment;
}

function newAppointment(
  input: BookAppointmentInput,
  offer: SlotOffer,
  { service, schedule }: { service: ServiceType; schedule: Schedule },
): NewValues<Appointment> {
  const { practitionerId, serviceTypeId, locationId, startMs } = offer;
  return {
    ...{ id: newId('apt'), patientId: input.patientId, practitionerId, serviceTypeId, locationId },
    caseId: input.caseId ?? null,
    start: new Date(startMs),
    end: new Date(patientTime(service, startMs).endMs),
    timeZone: schedule.timeZone,
    status: service.requiresConfirmation ? 'REQUESTED' : 'CONFIRMED',
    reason: input.reason ?? null,
    isVirtual: input.virtual ?? service.virtual,
    ...{ cancelledAt: null, cancelledBy: null, cancellationReason: null, cancelledLate: false },
    ...{ checkedInAt: null, checkInMethod: null },
  };
}

/**
 * Everybody claims in one order, practitioner first, cells rising: two bookings that overlap meet at one cell and wait
 * there instead of holding what the other needs.
 */
async function claimTime(tx: UnitOfWork, appointment: NewValues<Appointment>, service: ServiceType): Promise<void> {
  const { id, practitionerId, patientId, start } = appointment;
  const claims: [SlotOwner, string, Interval][] = [
    ['PRACTITIONER', practitionerId, practitionerTime(service, start.getTime())],
    ['PATIENT', patientId, patientTime(service, start.getTime())],
  ];
  for (const [ownerType, ownerId, time] of claims) {
    const cells = cellsOf(time);
    for (const [index, cell] of cells.entries()) {
      const span = index === 0 ? cells.length : 0;
      await tx.create(SlotClaim, { id: newId('slc'), ownerType, ownerId, cell, span, appointmentId: id });
    }
  }
}

function slotTaken(free: readonly Date[]): DomainError {
  return new DomainError('SLOT_TAKEN', 'This time is taken', {
    path: ['input', 'slotToken'],
    details: { nextFree: free.map((start) => start.toISOString()) },
  });
}
