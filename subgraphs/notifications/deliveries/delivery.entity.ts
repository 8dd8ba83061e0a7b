import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { hasScope, RequireScopes } from '#shared/auth';
import { Encrypted, PhiSubject, TenantEntity, VisibleBy } from '#shared/database';
import { DateTime, Phi } from '#shared/graphql';
import { CodeColumn, IdColumn, IntegerColumn, ReferenceColumn, TimeColumn } from '#shared/tables';
import { ChannelEnum, type DeliveryChannel } from '../channels';
import { nextState } from '../machine';
import { addressedTo } from '../recipients/recipient';
import {
  deliveryMachine,
  type DeliveryStatus,
  DeliveryStatusEnum,
  type SuppressionReason,
  SuppressionReasonEnum,
} from './delivery.codes';
import { nextAttemptAfter } from './retry.policy';

/** What a provider says of a message it took. */
export interface Receipt {
  readonly provider: string;
  readonly messageId: string | null;
  readonly addressHint: string | null;
  /** It is where the recipient finds it, not just on its way. */
  readonly hasArrived: boolean;
}

@ObjectType({ description: 'One notification on one channel to one recipient. There is never a second of the same.' })
@Directive('@key(fields: "id")')
@RequireScopes('notifications:messages:read')
@VisibleBy<NotificationDelivery>('recipient_or_org', (actor) =>
  actor.kind === 'service' || hasScope(actor, 'notifications:messages:read') ? 'all' : addressedTo(actor),
)
@PhiSubject<NotificationDelivery>((delivery) => delivery.recipient)
@Entity('notification_deliveries')
export class NotificationDelivery extends TenantEntity {
  @Field(() => ID)
  @IdColumn('dlv')
  id!: string;

  @ReferenceColumn('ntf')
  notificationId!: string;

  @Field(() => ChannelEnum)
  @CodeColumn()
  channel!: DeliveryChannel;

  /** `usr_…` or `pat_…` */
  @CodeColumn()
  recipient!: string;

  @Field(() => String, { nullable: true, description: 'Null until it is sent' })
  @CodeColumn({ nullable: true })
  provider!: string | null;

  @Field(() => DeliveryStatusEnum)
  @CodeColumn()
  status!: DeliveryStatus;

  @Field(() => String, { nullable: true, description: 'The address with all but initials left out' })
  @Phi('DIRECT_IDENTIFIER')
  @Encrypted('DIRECT_IDENTIFIER')
  addressHint!: string | null;

  @Field(() => Int, { description: 'Attempts so far that ended one way or the other' })
  @IntegerColumn()
  attempt!: number;

  @Field(() => String, { nullable: true, description: 'Of a mail its Message-ID' })
  @CodeColumn({ nullable: true })
  providerMessageId!: string | null;

  @Field(() => SuppressionReasonEnum, { nullable: true })
  @CodeColumn({ nullable: true })
  suppressedBy!: SuppressionReason | null;

  @Field(() => String, { nullable: true, description: 'Code of the last failure' })
  @CodeColumn({ nullable: true })
  error!: string | null;

  @Field(() => DateTime)
  @TimeColumn()
  queuedAt!: Date;

  @Field(() => DateTime, { nullable: true })
  @TimeColumn({ nullable: true })
  sentAt!: Date | null;

  @Field(() => DateTime, { nullable: true })
  @TimeColumn({ nullable: true })
  deliveredAt!: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'While it is being sent: when another worker may take it over',
  })
  @TimeColumn({ nullable: true })
  nextAttemptAt!: Date | null;

  /** Rises with every claim: a worker whose claim has been taken over may not write its result. */
  @IntegerColumn()
  fencingToken!: number;

  isHeldBy(token: number): boolean {
    return this.status === 'SENDING' && this.fencingToken === token;
  }

  /** No further attempt will be made. */
  isSettled(): boolean {
    return this.nextAttemptAt === null;
  }

  take(receipt: Receipt, at: Date): void {
    this.status = nextState(deliveryMachine, this.status, 'send');
    this.endAttempt(null);
    this.provider = receipt.provider;
    this.providerMessageId = receipt.messageId;
    this.addressHint = receipt.addressHint;
    this.sentAt = at;
    if (!receipt.hasArrived) return;
    this.status = nextState(deliveryMachine, this.status, 'deliver');
    this.deliveredAt = at;
  }

  suppress(reason: SuppressionReason): void {
    this.status = nextState(deliveryMachine, this.status, 'suppress');
    this.suppressedBy = reason;
    this.nextAttemptAt = null;
  }

  /** Puts it off without using up an attempt. */
  defer(until: Date, error: string): void {
    this.status = nextState(deliveryMachine, this.status, 'defer');
    this.error = error;
    this.nextAttemptAt = until;
  }

  /** Uses up an attempt; the last one makes it DEAD. */
  fail(error: string, at: Date, retryBaseMs: number): void {
    const next = nextAttemptAfter(this.attempt + 1, at, retryBaseMs);
    if (!next) {
      this.giveUp(error);
      return;
    }
    this.status = nextState(deliveryMachine, this.status, 'fail');
    this.endAttempt(error);
    this.nextAttemptAt = next;
  }

  giveUp(error: string): void {
    this.status = nextState(deliveryMachine, this.status, 'giveUp');
    this.endAttempt(error);
  }

  private endAttempt(error: string | null): void {
    this.attempt += 1;
    this.error = error;
    this.nextAttemptAt = null;
  }
}
