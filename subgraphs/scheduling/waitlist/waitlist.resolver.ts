import { Args, Ctx, Directive, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { byId, type Connection, connectionOf, listSize } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { Appointment } from '../appointments/appointment.entity';
import { Case, Patient } from '../appointments/appointment.types';
import { ServiceType } from '../services/service-type.entity';
import { WaitlistEntry } from './waitlist-entry.entity';
import { listWaitlist } from './waitlist.service';
import { WaitlistArgs, WaitlistEntryConnection } from './waitlist.types';

const serviceById = byId(ServiceType);
const appointmentById = byId(Appointment);

@Resolver(() => WaitlistEntry)
export class WaitlistResolver {
  @RequireScopes('scheduling:appointments:read')
  @Directive(listSize)
  @Query(() => WaitlistEntryConnection, { description: 'Who has waited longest comes first' })
  async waitlist(@Args() args: WaitlistArgs, @Ctx() { unit }: RequestContext): Promise<Connection<WaitlistEntry>> {
    return connectionOf(await listWaitlist(unit, args));
  }

  @FieldResolver(() => Patient)
  patient(@Root() { patientId }: WaitlistEntry): Patient {
    return { id: patientId };
  }

  @FieldResolver(() => Case, { nullable: true })
  case(@Root() { caseId }: WaitlistEntry): Case | null {
    return caseId === null ? null : { id: caseId };
  }

  @FieldResolver(() => ServiceType, { nullable: true, description: 'Null when the organisation offers none that fits' })
  serviceType(
    @Root() { serviceTypeId }: WaitlistEntry,
    @Ctx() context: RequestContext,
  ): Promise<ServiceType | null> | null {
    return serviceTypeId === null ? null : context.load(serviceById, serviceTypeId);
  }

  @FieldResolver(() => Appointment, { nullable: true, description: 'What came of the waiting' })
  appointment(
    @Root() { appointmentId }: WaitlistEntry,
    @Ctx() context: RequestContext,
  ): Promise<Appointment | null> | null {
    return appointmentId === null ? null : context.load(appointmentById, appointmentId);
  }
}
