import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { RequireScopes } from '#shared/auth';
import { PhiSubject, TenantEntity, VisibleBy } from '#shared/database';
import { Day } from '#shared/graphql';
import { CodeColumn, DayColumn, IdColumn, ReferenceColumn } from '#shared/tables';
import { deskOrSelf } from '../visibility';
import { type WaitlistStatus, WaitlistStatusEnum } from './waitlist.codes';

@ObjectType({ description: 'Somebody who needs an appointment and has none yet.' })
@Directive('@key(fields: "id")')
@RequireScopes('scheduling:appointments:read', 'scheduling:appointments:self')
@VisibleBy<WaitlistEntry>('appointment_visibility', deskOrSelf)
@PhiSubject<WaitlistEntry>((entry) => entry.patientId)
@Entity('waitlist_entries')
export class WaitlistEntry extends TenantEntity {
  @Field(() => ID)
  @IdColumn('wtl')
  id!: string;

  @ReferenceColumn('pat')
  patientId!: string;

  @ReferenceColumn('case', { nullable: true })
  caseId!: string | null;

  @ReferenceColumn('svc', { nullable: true })
  serviceTypeId!: string | null;

  @Field({ description: 'The plan of the decision that asks for the appointment' })
  @CodeColumn()
  management!: string;

  @Field(() => Day)
  @DayColumn()
  earliest!: string;

  @Field(() => Day)
  @DayColumn()
  latest!: string;

  @Field(() => WaitlistStatusEnum)
  @CodeColumn()
  status!: WaitlistStatus;

  @ReferenceColumn('apt', { nullable: true })
  appointmentId!: string | null;

  accept(appointmentId: string): void {
    this.status = 'ACCEPTED';
    this.appointmentId = appointmentId;
  }

  /** A newer decision on the same case has taken this one's place. */
  removeFromList(): void {
    this.status = 'REMOVED';
  }
}
