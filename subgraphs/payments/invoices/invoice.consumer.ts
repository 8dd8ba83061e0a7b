import { defineConsumer } from '#shared/subgraph';
import { isEvent } from '#shared/events';
import { draftForAppointment, voidDraftOfAppointment } from './invoice.service';

/** What is booked is billed; what is called off is not. One consumer, so that both keep their order. */
export const appointmentConsumer = defineConsumer({
  name: 'appointments',
  types: ['scheduling.appointment.confirmed', 'scheduling.appointment.cancelled'],
  handle: (event, { unit }) =>
    isEvent(event, 'scheduling.appointment.confirmed')
      ? draftForAppointment(unit, event.data)
      : voidDraftOfAppointment(unit, event.data.appointmentId),
});
