import { type FindOptionsWhere, And, In, LessThan, MoreThanOrEqual } from 'typeorm';
import { type Page, type UnitOfWork } from '#shared/database';
import { InputError, NotFoundError } from '#shared/errors';
import { snapshotOf } from '#shared/graphql';
import { minutesOf, ServiceType } from '../services/service-type.entity';
import { SlotClaim } from '../slots/slot-claim.entity';
import { Appointment } from './appointment.entity';
import { announce, announceCancellation } from './appointment.events';
import { canActFor } from './appointment.policy';
import { type AppointmentFilter, type AppointmentsArgs, type CancelAppointmentArgs } from './appointment.types';

const methodPattern = /^[A-Z][A-Z_]{0,31}$/;

/** Those of the filter, the earliest first. */
export async function listAppointments(
  unit: UnitOfWork,
  { filter, ...page }: AppointmentsArgs,
  ofPatient?: string,
): Promise<Page<Appointment>> {
  const where = { ...whereOf(filter ?? {}), ...(ofPatient !== undefined && { patientId: ofPatient }) };
  return unit.page(Appointment, { ...page, where, orderBy: 'start', direction: 'ASC' });
}

/** The next appointment that is still to come and not called off. */
export async function nextAppointment(unit: UnitOfWork, patientId: string): Promise<Appointment | null> {
  const where = { patientId, status: In(['REQUESTED', 'CONFIRMED', 'CHECKED_IN']), start: MoreThanOrEqual(unit.at) };
  const [next = null] = await unit.list(Appointment, where, { order: { start: 'ASC' }, take: 1 });
  return next;
}

/** @throws {DomainError} ILLEGAL_TRANSITION, STALE_VERSION, NOT_FOUND */
export async function confirmAppointment(unit: UnitOfWork, id: string, ifVersion: number): Promise<Appointment> {
  return unit.transaction(async (tx) => {
    const appointment = await tx.get(Appointment, id, { ifVersion });
    appointment.move('confirm');
    await tx.save(appointment);
    await announce(tx, 'scheduling.appointment.confirmed', appointment);
    return appointment;
  });
}

/** The clinic refuses a request; the time is free again. @throws {DomainError} ILLEGAL_TRANSITION, NOT_FOUND */
export async function declineAppointment(unit: UnitOfWork, id: string, reason: string): Promise<Appointment> {
  return unit.transaction(async (tx) => {
    const appointment = await tx.get(Appointment, id);
    await release(tx, appointment, { trigger: 'decline', reason });
    await announce(tx, 'scheduling.appointment.declined', appointment);
    return appointment;
  });
}

/** Calls an appointment off; the time is free again. @throws {DomainError} ILLEGAL_TRANSITION, STALE_VERSION, NOT_FOUND */
export async function cancelAppointment(
  unit: UnitOfWork,
  { id, ifVersion, reason }: CancelAppointmentArgs,
): Promise<Appointment> {
  return unit.transaction(async (tx) => {
    const appointment = await tx.get(Appointment, id, { ifVersion });
    assertMayActFor(tx, appointment);
    await release(tx, appointment, { trigger: 'cancel', reason });
    await announceCancellation(tx, appointment);
    return appointment;
  });
}

/**
 * @param method how the patient made themselves known, as a code: DESK, KIOSK, APP
 * @throws {DomainError} ILLEGAL_TRANSITION, NOT_FOUND, BAD_USER_INPUT
 */
export async function checkIn(unit: UnitOfWork, id: string, method: string): Promise<Appointment> {
  if (!methodPattern.test(method)) throw new InputError('The method is a code in capitals, e.g. DESK', ['method']);
  return unit.transaction(async (tx) => {
    const appointment = await tx.get(Appointment, id);
    assertMayActFor(tx, appointment);
    appointment.checkIn(tx.at, method);
    await tx.save(appointment);
    await announce(tx, 'scheduling.appointment.checked_in', appointment);
    return appointment;
  });
}

/** @throws {DomainError} ILLEGAL_TRANSITION, NOT_FOUND */
export async function startAppointment(unit: UnitOfWork, id: string): Promise<Appointment> {
  return unit.transaction(async (tx) => {
    const appointment = await tx.get(Appointment, id);
    appointment.move('start');
    await tx.save(appointment);
    await announce(tx, 'scheduling.appointment.started', appointment);
    return appointment;
  });
}

/** @throws {DomainError} ILLEGAL_TRANSITION, NOT_FOUND */
export async function completeAppointment(unit: UnitOfWork, id: string): Promise<Appointment> {
  return unit.transaction(async (tx) => {
    const appointment = await tx.get(Appointment, id);
    appointment.move('complete');
    await tx.save(appointment);
    await announce(tx, 'scheduling.appointment.completed', appointment);
    return appointment;
  });
}

async function release(
  tx: UnitOfWork,
  appointment: Appointment,
  { trigger, reason }: { trigger: 'cancel' | 'decline'; reason: string },
): Promise<void> {
  const { cancellationNotice } = await tx.get(ServiceType, appointment.serviceTypeId);
  const noticeMinutes = minutesOf(cancellationNotice);
  appointment.release(trigger, { at: tx.at, by: snapshotOf(tx.actor), reason, noticeMinutes });
  await tx.save(appointment);
  await tx.remove(SlotClaim, { appointmentId: appointment.id });
}

/** @throws {DomainError} NOT_FOUND: who may only read does not learn here that they may not write. */
function assertMayActFor(tx: UnitOfWork, appointment: Appointment): void {
  if (!canActFor(tx.actor, appointment.patientId)) throw new NotFoundError('Appointment');
}

function whereOf(filter: AppointmentFilter): FindOptionsWhere<Appointment> {
  const { status, from, to, practitionerId, patientId, locationId } = filter;
  const bounds = [...(from ? [MoreThanOrEqual(from)] : []), ...(to ? [LessThan(to)] : [])];
  return {
    ...(status && { status: In(status) }),
    ...(bounds.length > 0 && { start: And(...bounds) }),
    ...(practitionerId && { practitionerId }),
    ...(patientId && { patientId }),
    ...(locationId && { locationId }),
  };
}
