import { Arg, Args, Ctx, Directive, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { byId, type Connection, connectionOf, listSize, Live, respond } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { reachable } from '../machine';
import { Practitioner } from '../practitioners/practitioner.entity';
import { Location } from '../services/location.entity';
import { ServiceType } from '../services/service-type.entity';
import { Appointment, AppointmentStatusEnum } from './appointment.entity';
import { appointmentMachine, type AppointmentStatus } from './appointment.machine';
import {
  cancelAppointment,
  checkIn,
  completeAppointment,
  confirmAppointment,
  declineAppointment,
  listAppointments,
  startAppointment,
} from './appointment.service';
import {
  AppointmentChangedArgs,
  AppointmentConnection,
  AppointmentPayload,
  AppointmentsArgs,
  BookAppointmentInput,
  CancelAppointmentArgs,
  Cancellation,
  Case,
  CheckIn,
  Patient,
} from './appointment.types';
import { answerBooking } from './booking.answer';
import { bookAppointment } from './booking.service';

const practitionerById = byId(Practitioner);
const serviceById = byId(ServiceType);
const locationById = byId(Location);

@Resolver(() => Appointment)
export class AppointmentResolver {
  @RequireScopes('scheduling:appointments:read', 'scheduling:appointments:self')
  @Query(() => Appointment, { nullable: true })
  appointment(@Arg('id', () => ID) id: string, @Ctx() { unit }: RequestContext): Promise<Appointment | null> {
    return unit.find(Appointment, id);
  }

  @RequireScopes('scheduling:appointments:read')
  @Directive(listSize)
  @Query(() => AppointmentConnection)
  async appointments(
    @Args() args: AppointmentsArgs,
    @Ctx() { unit }: RequestContext,
  ): Promise<Connection<Appointment>> {
    return connectionOf(await listAppointments(unit, args));
  }

  @RequireScopes('scheduling:appointments:write', 'scheduling:appointments:self')
  @Mutation(() => AppointmentPayload)
  bookAppointment(
    @Arg('input') input: BookAppointmentInput,
    @Ctx() { unit }: RequestContext,
  ): Promise<AppointmentPayload> {
    return answerBooking(bookAppointment(unit, input));
  }

  @RequireScopes('scheduling:appointments:write')
  @Mutation(() => AppointmentPayload)
  confirmAppointment(
    @Arg('id', () => ID) id: string,
    @Arg('ifVersion', () => Int) ifVersion: number,
    @Ctx() { unit }: RequestContext,
  ): Promise<AppointmentPayload> {
    return respond('appointment', confirmAppointment(unit, id, ifVersion));
  }

  @RequireScopes('scheduling:appointments:write')
  @Mutation(() => AppointmentPayload)
  declineAppointment(
    @Arg('id', () => ID) id: string,
    @Arg('reason') reason: string,
    @Ctx() { unit }: RequestContext,
  ): Promise<AppointmentPayload> {
    return respond('appointment', declineAppointment(unit, id, reason));
  }

  @RequireScopes('scheduling:appointments:write', 'scheduling:appointments:self')
  @Mutation(() => AppointmentPayload)
  cancelAppointment(@Args() args: CancelAppointmentArgs, @Ctx() { unit }: RequestContext): Promise<AppointmentPayload> {
    return respond('appointment', cancelAppointment(unit, args));
  }

  @RequireScopes('scheduling:appointments:write', 'scheduling:appointments:self')
  @Mutation(() => AppointmentPayload)
  checkIn(
    @Arg('id', () => ID) id: string,
    @Arg('method') method: string,
    @Ctx() { unit }: RequestContext,
  ): Promise<AppointmentPayload> {
    return respond('appointment', checkIn(unit, id, method));
  }

  @RequireScopes('scheduling:appointments:write')
  @Mutation(() => AppointmentPayload)
  startAppointment(@Arg('id', () => ID) id: string, @Ctx() { unit }: RequestContext): Promise<AppointmentPayload> {
    return respond('appointment', startAppointment(unit, id));
  }

  @RequireScopes('scheduling:appointments:write')
  @Mutation(() => AppointmentPayload)
  completeAppointment(@Arg('id', () => ID) id: string, @Ctx() { unit }: RequestContext): Promise<AppointmentPayload> {
    return respond('appointment', completeAppointment(unit, id));
  }

  @RequireScopes('scheduling:appointments:read', 'scheduling:appointments:self')
  @Live(() => Appointment, {
    types: ['scheduling.appointment.*'],
    match: ['patientId=data.patientId', 'practitionerId=data.practitionerId'],
  })
  appointmentChanged(
    @Args() _filter: AppointmentChangedArgs,
    @Ctx() { unit, event }: RequestContext,
  ): Promise<Appointment | null> | null {
    return event && unit.find(Appointment, event.resourceId);
  }

  @FieldResolver(() => Patient)
  patient(@Root() { patientId }: Appointment): Patient {
    return { id: patientId };
  }

  @FieldResolver(() => Practitioner)
  practitioner(@Root() { practitionerId }: Appointment, @Ctx() context: RequestContext): Promise<Practitioner | null> {
    return context.load(practitionerById, practitionerId);
  }

  @FieldResolver(() => ServiceType)
  serviceType(@Root() { serviceTypeId }: Appointment, @Ctx() context: RequestContext): Promise<ServiceType | null> {
    return context.load(serviceById, serviceTypeId);
  }

  @FieldResolver(() => Location, { nullable: true })
  location(@Root() { locationId }: Appointment, @Ctx() context: RequestContext): Promise<Location | null> | null {
    return locationId === null ? null : context.load(locationById, locationId);
  }

  @FieldResolver(() => Case, { nullable: true })
  case(@Root() { caseId }: Appointment): Case | null {
    return caseId === null ? null : { id: caseId };
  }

  @FieldResolver(() => Cancellation, { nullable: true, description: 'Also of a request that was declined' })
  cancellation(@Root() appointment: Appointment): Cancellation | null {
    const { cancelledAt: at, cancelledBy: by, cancellationReason: reason, cancelledLate: late } = appointment;
    return at && by && { at, by, reason, late };
  }

  @FieldResolver(() => CheckIn, { nullable: true, name: 'checkIn' })
  checkInOf(@Root() { checkedInAt: at, checkInMethod: method }: Appointment): CheckIn | null {
    return at && method !== null ? { at, method } : null;
  }

  @FieldResolver(() => [AppointmentStatusEnum])
  availableTransitions(@Root() { status }: Appointment): AppointmentStatus[] {
    return reachable(appointmentMachine, status);
  }
}
