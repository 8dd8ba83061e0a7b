import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { RequireScopes } from '#shared/auth';
import { Encrypted, PhiSubject, TenantEntity, VisibleBy } from '#shared/database';
import { type ActorSnapshot, DateTime, enumOf, Phi, TimeZone } from '#shared/graphql';
import { CodeColumn, FlagColumn, IdColumn, JsonColumn, ReferenceColumn, TimeColumn } from '#shared/tables';
import { nextState } from '../machine';
import { deskOrSelf } from '../visibility';
import {
  appointmentMachine,
  type AppointmentStatus,
  appointmentStatuses,
  type AppointmentTrigger,
} from './appointment.machine';

export const AppointmentStatusEnum = enumOf('AppointmentStatus', appointmentStatuses);

@ObjectType({ description: 'A time at which a patient is seen.' })
@Directive('@key(fields: "id")')
@RequireScopes('scheduling:appointments:read', 'scheduling:appointments:self')
@VisibleBy<Appointment>('appointment_visibility', deskOrSelf)
@PhiSubject<Appointment>((appointment) => appointment.patientId)
@Entity('appointments')
export class Appointment extends TenantEntity {
  @Field(() => ID)
  @IdColumn('apt')
  id!: string;

  @ReferenceColumn('pat')
  patientId!: string;

  @ReferenceColumn('pra')
  practitionerId!: string;

  @ReferenceColumn('svc')
  serviceTypeId!: string;

  @ReferenceColumn('loc', { nullable: true })
  locationId!: string | null;

  @ReferenceColumn('case', { nullable: true })
  caseId!: string | null;

  @Field(() => DateTime)
  @TimeColumn({ name: 'starts_at' })
  start!: Date;

  @Field(() => DateTime)
  @TimeColumn({ name: 'ends_at' })
  end!: Date;

  @Field(() => TimeZone, { description: 'The zone of the place, for showing the time to people' })
  @CodeColumn()
  timeZone!: string;

  @Field(() => AppointmentStatusEnum)
  @CodeColumn()
  status!: AppointmentStatus;

  @Phi()
  @Field(() => String, { nullable: true, description: 'Why the patient comes, in their or the desk’s words' })
  @Encrypted('CLINICAL')
  reason!: string | null;

  @Field()
  @FlagColumn()
  isVirtual!: boolean;

  @TimeColumn({ nullable: true })
  cancelledAt!: Date | null;

  @JsonColumn({ nullable: true })
  cancelledBy!: ActorSnapshot | null;

  /** Also the reason of a refusal. */
  @Encrypted('CLINICAL')
  cancellationReason!: string | null;

  @FlagColumn()
  cancelledLate!: boolean;

  @TimeColumn({ nullable: true })
  checkedInAt!: Date | null;

  @CodeColumn({ nullable: true })
  checkInMethod!: string | null;

  /** @throws {DomainError} ILLEGAL_TRANSITION */
  move(trigger: AppointmentTrigger): void {
    this.status = nextState(appointmentMachine, this.status, trigger);
  }

  /**
   * Gives the time back. A refusal by the clinic is never late.
   * @throws {DomainError} ILLEGAL_TRANSITION
   */
  release(trigger: 'cancel' | 'decline', { at, by, reason, noticeMinutes }: Release): void {
    this.move(trigger);
    this.cancelledAt = at;
    this.cancelledBy = by;
    this.cancellationReason = reason;
    this.cancelledLate = trigger === 'cancel' && this.start.getTime() - at.getTime() < noticeMinutes * 60_000;
  }

  /** @throws {DomainError} ILLEGAL_TRANSITION */
  checkIn(at: Date, method: string): void {
    this.move('checkIn');
    this.checkedInAt = at;
    this.checkInMethod = method;
  }
}

interface Release {
  readonly at: Date;
  readonly by: ActorSnapshot;
  readonly reason: string;
  /** How long before the start a cancellation is still in time. */
  readonly noticeMinutes: number;
}
