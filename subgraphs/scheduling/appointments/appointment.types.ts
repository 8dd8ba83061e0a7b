import { ArgsType, Directive, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { Authenticated } from '#shared/auth';
import { ActorSnapshot, connectionType, DateTime, Payload, Phi } from '#shared/graphql';
import { PageArgs } from '../page.types';
import { Appointment, AppointmentStatusEnum } from './appointment.entity';
import { type AppointmentStatus } from './appointment.machine';

@ObjectType({ description: 'Owned by clinical; scheduling adds when the patient is seen.' })
@Directive('@key(fields: "id")')
@Authenticated()
export class Patient {
  @Field(() => ID)
  id!: string;
}

@ObjectType({ description: 'Owned by clinical; scheduling adds the appointments it led to.' })
@Directive('@key(fields: "id")')
@Authenticated()
export class Case {
  @Field(() => ID)
  id!: string;
}

@ObjectType()
export class Cancellation {
  @Field(() => ActorSnapshot)
  by!: ActorSnapshot;

  @Field(() => DateTime)
  at!: Date;

  @Phi()
  @Field(() => String, { nullable: true, description: 'Null once the patient’s data has been erased' })
  reason!: string | null;

  @Field({ description: 'With less notice than the service asks for' })
  late!: boolean;
}

@ObjectType()
export class CheckIn {
  @Field(() => DateTime)
  at!: Date;

  @Field()
  method!: string;
}

@InputType()
export class AppointmentFilter {
  @Field(() => [AppointmentStatusEnum], { nullable: true })
  status?: AppointmentStatus[] | null;

  @Field(() => DateTime, { nullable: true, description: 'Those that begin then or later' })
  from?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Those that begin before' })
  to?: Date | null;

  @Field(() => ID, { nullable: true })
  practitionerId?: string | null;

  @Field(() => ID, { nullable: true })
  patientId?: string | null;

  @Field(() => ID, { nullable: true })
  locationId?: string | null;
}

@ArgsType()
export class AppointmentsArgs extends PageArgs {
  @Field(() => AppointmentFilter, { nullable: true })
  filter?: AppointmentFilter | null;
}

@InputType()
export class BookAppointmentInput {
  @Field(() => ID)
  idempotencyKey!: string;

  @Field(() => ID)
  patientId!: string;

  @Field({ description: 'Of a slot that availableSlots has shown' })
  slotToken!: string;

  @Field(() => ID, { nullable: true })
  caseId?: string | null;

  @Field(() => String, { nullable: true })
  reason?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Seen on screen; the service’s own setting unless told' })
  virtual?: boolean | null;
}

@ArgsType()
export class CancelAppointmentArgs {
  @Field(() => ID)
  id!: string;

  @Field(() => Int)
  ifVersion!: number;

  @Field()
  reason!: string;
}

@ArgsType()
export class AppointmentChangedArgs {
  @Field(() => ID, { nullable: true })
  patientId?: string | null;

  @Field(() => ID, { nullable: true })
  practitionerId?: string | null;
}

@ObjectType()
export class AppointmentPayload extends Payload {
  @Field(() => Appointment, { nullable: true })
  appointment!: Appointment | null;

  @Field(() => [DateTime], {
    nullable: true,
    description: 'After SLOT_TAKEN: the next times that are free, at most three',
  })
  nextFree?: Date[] | null;
}

export const AppointmentConnection = connectionType('Appointment', () => Appointment);
