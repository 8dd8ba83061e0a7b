import { defineSubgraph } from '#shared/subgraph';
import { Appointment } from './appointments/appointment.entity';
import { AppointmentResolver } from './appointments/appointment.resolver';
import { CaseAppointmentsResolver, PatientAppointmentsResolver } from './appointments/patient.resolver';
import { seedDemo } from './demo';
import { createCalendar } from './migrations/1764000700001-create-calendar';
import { createAppointments } from './migrations/1764000700002-create-appointments';
import { schedulingPorts } from './ports';
import { Practitioner } from './practitioners/practitioner.entity';
import { PractitionerResolver } from './practitioners/practitioner.resolver';
import { Schedule } from './schedules/schedule.entity';
import { ScheduleResolver } from './schedules/schedule.resolver';
import { Location } from './services/location.entity';
import { ServiceType } from './services/service-type.entity';
import { ServiceTypeResolver } from './services/service-type.resolver';
import { SlotClaim } from './slots/slot-claim.entity';
import { SlotResolver } from './slots/slot.resolver';
import { WaitlistEntry } from './waitlist/waitlist-entry.entity';
import { waitlistConsumer } from './waitlist/waitlist.consumer';
import { WaitlistResolver } from './waitlist/waitlist.resolver';

/** Who sees patients where and when, and who is booked. */
export const scheduling = defineSubgraph({
  name: 'scheduling',
  purpose: 'DIRECT_CARE',
  resolvers: [
    ...([PractitionerResolver, ServiceTypeResolver, ScheduleResolver, SlotResolver] as const),
    ...([AppointmentResolver, PatientAppointmentsResolver, CaseAppointmentsResolver, WaitlistResolver] as const),
  ],
  entities: [Practitioner, Location, ServiceType, Schedule, SlotClaim, Appointment, WaitlistEntry],
  migrations: [createCalendar, createAppointments],
  references: {
    Patient: ({ id }) => ({ id }),
    Case: ({ id }) => ({ id }),
    Practitioner: ({ id }, { unit }) => unit.find(Practitioner, id),
    Location: ({ id }, { unit }) => unit.find(Location, id),
    ServiceType: ({ id }, { unit }) => unit.find(ServiceType, id),
    Schedule: ({ id }, { unit }) => unit.find(Schedule, id),
    Appointment: ({ id }, { unit }) => unit.find(Appointment, id),
    WaitlistEntry: ({ id }, { unit }) => unit.find(WaitlistEntry, id),
  },
  consumers: [waitlistConsumer],
  ports: schedulingPorts,
  seedDemo,
});
