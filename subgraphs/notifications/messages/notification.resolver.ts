import { Arg, Ctx, Directive, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { byId, type Connection, listBy, listSize } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { NotificationDelivery } from '../deliveries/delivery.entity';
import { recipientPatientId, recipientUserId } from '../recipients/recipient';
import { Patient, User } from '../recipients/recipient.types';
import { Template } from '../templates/template.entity';
import { type NotificationStatus, NotificationStatusEnum } from './notification.codes';
import { Notification } from './notification.entity';
import { listNotifications } from './notification.service';
import { NotificationConnection } from './notification.types';

const templateById = byId(Template);
const deliveriesOf = listBy(NotificationDelivery, 'notificationId');

@Resolver(() => Notification)
export class NotificationResolver {
  @RequireScopes('notifications:messages:read')
  @Query(() => Notification, { nullable: true })
  notification(@Arg('id', () => ID) id: string, @Ctx() { unit }: RequestContext): Promise<Notification | null> {
    return unit.find(Notification, id);
  }

  @RequireScopes('notifications:messages:read')
  @Directive(listSize)
  @Query(() => NotificationConnection, { description: 'Newest first' })
  notifications(
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Arg('status', () => [NotificationStatusEnum], { nullable: true }) status: NotificationStatus[] | null,
    @Ctx() { unit }: RequestContext,
  ): Promise<Connection<Notification>> {
    return listNotifications(unit, { first, after }, { status });
  }

  @FieldResolver(() => Template)
  template(@Root() notification: Notification, @Ctx() context: RequestContext): Promise<Template | null> {
    return context.load(templateById, notification.templateId);
  }

  @FieldResolver(() => User, { nullable: true })
  recipientUser(@Root() notification: Notification): User | null {
    const id = recipientUserId(notification);
    return id === null ? null : { id };
  }

  @FieldResolver(() => Patient, { nullable: true })
  recipientPatient(@Root() notification: Notification): Patient | null {
    const id = recipientPatientId(notification);
    return id === null ? null : { id };
  }

  @FieldResolver(() => [NotificationDelivery])
  deliveries(@Root() notification: Notification, @Ctx() context: RequestContext): Promise<NotificationDelivery[]> {
    return context.load(deliveriesOf, notification.id);
  }
}

@Resolver(() => Patient)
export class PatientNotificationsResolver {
  @RequireScopes('notifications:messages:read')
  @Directive(listSize)
  @FieldResolver(() => NotificationConnection, { description: 'What was sent to the patient, newest first' })
  notifications(
    @Root() patient: Patient,
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Ctx() { unit }: RequestContext,
  ): Promise<Connection<Notification>> {
    return listNotifications(unit, { first, after }, { recipient: patient.id });
  }
}
