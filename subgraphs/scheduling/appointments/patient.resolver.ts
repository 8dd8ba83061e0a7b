import { Args, Ctx, Directive, FieldResolver, Resolver, Root } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { type Connection, connectionOf, listBy, listSize } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { Appointment } from './appointment.entity';
import { listAppointments, nextAppointment } from './appointment.service';
import { AppointmentConnection, AppointmentsArgs, Case, Patient } from './appointment.types';

const appointmentsOfCase = listBy(Appointment, 'caseId');

@Resolver(() => Patient)
export class PatientAppointmentsResolver {
  @RequireScopes('scheduling:appointments:read', 'scheduling:appointments:self')
  @Directive(listSize)
  @FieldResolver(() => AppointmentConnection)
  async appointments(
    @Root() patient: Patient,
    @Args() args: AppointmentsArgs,
    @Ctx() { unit }: RequestContext,
  ): Promise<Connection<Appointment>> {
    return connectionOf(await listAppointments(unit, args, patient.id));
  }

  @RequireScopes('scheduling:appointments:read', 'scheduling:appointments:self')
  @FieldResolver(() => Appointment, { nullable: true })
  nextAppointment(@Root() patient: Patient, @Ctx() { unit }: RequestContext): Promise<Appointment | null> {
    return nextAppointment(unit, patient.id);
  }
}

@Resolver(() => Case)
export class CaseAppointmentsResolver {
  @RequireScopes('scheduling:appointments:read', 'scheduling:appointments:self')
  @FieldResolver(() => [Appointment])
  appointments(@Root() { id }: Case, @Ctx() context: RequestContext): Promise<Appointment[]> {
    return context.load(appointmentsOfCase, id);
  }
}
