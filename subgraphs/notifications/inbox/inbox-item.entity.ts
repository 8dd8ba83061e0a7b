import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { RequireScopes } from '#shared/auth';
import { Encrypted, PhiSubject, TenantEntity, VisibleBy } from '#shared/database';
import { DateTime, Phi } from '#shared/graphql';
import { CodeColumn, IdColumn, ReferenceColumn, TimeColumn } from '#shared/tables';
import {
  type NotificationCategory,
  NotificationCategoryEnum,
  type NotificationPriority,
  NotificationPriorityEnum,
} from '../channels';
import { addressedTo } from '../recipients/recipient';

@ObjectType({ description: 'A message as its recipient finds it in the platform. Nobody else can read it.' })
@Directive('@key(fields: "id")')
@RequireScopes('notifications:inbox:self')
@VisibleBy<InboxItem>('recipient', addressedTo)
@PhiSubject<InboxItem>((item) => item.recipient)
@Entity('inbox_items')
export class InboxItem extends TenantEntity {
  @Field(() => ID)
  @IdColumn('inb')
  id!: string;

  /** `usr_…` or `pat_…` */
  @CodeColumn()
  recipient!: string;

  @ReferenceColumn('ntf')
  notificationId!: string;

  /** Unique: a delivery repeated puts nothing into the inbox twice. */
  @ReferenceColumn('dlv')
  deliveryId!: string;

  @Field(() => String, { nullable: true, description: 'Null once the recipient has been erased' })
  @Phi()
  @Encrypted('CLINICAL')
  title!: string | null;

  @Field(() => String, { nullable: true, description: 'Null once the recipient has been erased' })
  @Phi()
  @Encrypted('CLINICAL')
  body!: string | null;

  @Field(() => ID, { nullable: true, description: 'The case, appointment or invoice it is about' })
  @CodeColumn({ nullable: true })
  about!: string | null;

  @Field(() => NotificationCategoryEnum)
  @CodeColumn()
  category!: NotificationCategory;

  @Field(() => NotificationPriorityEnum)
  @CodeColumn()
  severity!: NotificationPriority;

  @Field(() => DateTime, { nullable: true })
  @TimeColumn({ nullable: true })
  readAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Archived items are in no list and count for nothing' })
  @TimeColumn({ nullable: true })
  archivedAt!: Date | null;
}
