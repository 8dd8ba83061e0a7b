import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { hasScope, RequireScopes } from '#shared/auth';
import { Encrypted, PhiSubject, TenantEntity, VisibleBy } from '#shared/database';
import { CodeColumn, IdColumn, IntegerColumn, ReferenceColumn } from '#shared/tables';
import {
  type NotificationCategory,
  NotificationCategoryEnum,
  type NotificationPriority,
  NotificationPriorityEnum,
} from '../channels';
import { nextState } from '../machine';
import { addressedTo } from '../recipients/recipient';
import { type MessageFacts } from '../templates/variables';
import { notificationMachine, type NotificationStatus, NotificationStatusEnum } from './notification.codes';

/** How a delivery ended, as far as its notification is concerned. */
export type DeliveryResult = 'REACHED' | 'FAILED' | 'SUPPRESSED';

@ObjectType({ description: 'One message to one person, on one channel or several.' })
@Directive('@key(fields: "id")')
@RequireScopes('notifications:messages:read')
@VisibleBy<Notification>('recipient_or_org', (actor) =>
  actor.kind === 'service' || hasScope(actor, 'notifications:messages:read') ? 'all' : addressedTo(actor),
)
@PhiSubject<Notification>((notification) => notification.recipient)
@Entity('notifications')
export class Notification extends TenantEntity {
  @Field(() => ID)
  @IdColumn('ntf')
  id!: string;

  /** The very template, so that a message accepted is the message sent although its template may change meanwhile. */
  @ReferenceColumn('tpl')
  templateId!: string;

  @CodeColumn()
  templateKey!: string;

  /** `usr_…` or `pat_…` */
  @CodeColumn()
  recipient!: string;

  @Field(() => NotificationCategoryEnum)
  @CodeColumn()
  category!: NotificationCategory;

  @Field(() => NotificationPriorityEnum)
  @CodeColumn()
  priority!: NotificationPriority;

  @Field(() => NotificationStatusEnum)
  @CodeColumn()
  status!: NotificationStatus;

  @Field(() => ID, { nullable: true, description: 'The event that set it off' })
  @ReferenceColumn('evt', { nullable: true })
  triggerEventId!: string | null;

  @Field({ description: 'Finds the request that all this began with' })
  @CodeColumn()
  correlationId!: string;

  /** Id of the case, appointment or invoice it is about. */
  @CodeColumn({ nullable: true })
  about!: string | null;

  @ReferenceColumn('pat', { nullable: true })
  patientId!: string | null;

  @ReferenceColumn('case', { nullable: true })
  caseId!: string | null;

  @Encrypted('CLINICAL')
  facts!: MessageFacts | null;

  @IntegerColumn()
  deliveriesPending!: number;

  @IntegerColumn()
  deliveriesReached!: number;

  @IntegerColumn()
  deliveriesFailed!: number;

  @IntegerColumn()
  deliveriesSuppressed!: number;

  /**
   * Counts a delivery that has ended. Each call changes the row, so that of two at once one is told STALE_VERSION and
   * counts again: nobody has to look at the other deliveries to know that it was the last.
   * @throws {DomainError} ILLEGAL_TRANSITION when all have ended before.
   */
  settle(result: DeliveryResult): void {
    if (this.status === 'ACCEPTED') this.status = nextState(notificationMachine, this.status, 'begin');
    this.deliveriesPending -= 1;
    if (result === 'REACHED') this.deliveriesReached += 1;
    if (result === 'FAILED') this.deliveriesFailed += 1;
    if (result === 'SUPPRESSED') this.deliveriesSuppressed += 1;
    if (this.deliveriesPending === 0) this.status = nextState(notificationMachine, this.status, this.outcome());
  }

  private outcome(): 'deliver' | 'deliverPartly' | 'fail' | 'suppress' {
    if (this.deliveriesReached === 0) return this.deliveriesFailed > 0 ? 'fail' : 'suppress';
    return this.deliveriesFailed + this.deliveriesSuppressed === 0 ? 'deliver' : 'deliverPartly';
  }
}
