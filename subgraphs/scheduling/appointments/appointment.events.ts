import { type EventToPublish, type UnitOfWork } from '#shared/database';
import { eventKeyOf, ServiceType } from '../services/service-type.entity';
import { type Appointment } from './appointment.entity';

type Announcement = EventToPublish<'scheduling.appointment.confirmed'>;

type AppointmentEvent =
  | 'scheduling.appointment.requested'
  | 'scheduling.appointment.confirmed'
  | 'scheduling.appointment.declined'
  | 'scheduling.appointment.checked_in'
  | 'scheduling.appointment.started'
  | 'scheduling.appointment.completed';

export async function announce(tx: UnitOfWork, type: AppointmentEvent, appointment: Appointment): Promise<void> {
  await tx.publish(type, announcementOf(appointment, await tx.get(ServiceType, appointment.serviceTypeId)));
}

/** Why is the patient's own business; the event says only whether it was in time. */
export async function announceCancellation(tx: UnitOfWork, appointment: Appointment): Promise<void> {
  const event = announcementOf(appointment, await tx.get(ServiceType, appointment.serviceTypeId));
  const data = { ...event.data, isLate: appointment.cancelledLate, reason: null };
  await tx.publish('scheduling.appointment.cancelled', { ...event, data });
}

function announcementOf(appointment: Appointment, service: ServiceType): Announcement {
  const { id, patientId, caseId, practitionerId, start } = appointment;
  const { priceCode } = service;
  const data = {
    appointmentId: id,
    patientId,
    caseId,
    practitionerId,
    startsAt: start.toISOString(),
    serviceTypeKey: eventKeyOf(service),
    priceCode,
  };
  return { resourceId: id, aggregate: { type: 'Appointment', id }, data };
}
