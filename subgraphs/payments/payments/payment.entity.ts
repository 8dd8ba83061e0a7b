import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { RequireScopes } from '#shared/auth';
import { PhiSubject, TenantEntity, VisibleBy } from '#shared/database';
import { DateTime } from '#shared/graphql';
import { CodeColumn, IdColumn, MoneyColumn, ReferenceColumn, TimeColumn } from '#shared/tables';
import { type ChargeOutcome } from '../provider/provider';
import { patientOrBilling } from '../visibility';
import {
  isSettled,
  outranks,
  type PaymentMethodKind,
  PaymentMethodKindEnum,
  type PaymentStatus,
  PaymentStatusEnum,
} from './payment.codes';

@ObjectType({ description: 'One try to pay an invoice or a part of it.' })
@Directive('@key(fields: "id")')
@RequireScopes('payments:payments:read', 'payments:invoices:self')
@VisibleBy<Payment>('patient_or_billing', patientOrBilling)
@PhiSubject<Payment>((payment) => payment.patientId)
@Entity('payments')
export class Payment extends TenantEntity {
  @Field(() => ID)
  @IdColumn('pay')
  id!: string;

  @ReferenceColumn('inv')
  invoiceId!: string;

  @ReferenceColumn('pat')
  patientId!: string;

  @MoneyColumn()
  amountMinor!: number;

  @CodeColumn()
  currency!: string;

  @Field(() => PaymentMethodKindEnum)
  @CodeColumn()
  method!: PaymentMethodKind;

  @Field(() => PaymentStatusEnum)
  @CodeColumn()
  status!: PaymentStatus;

  @Field()
  @CodeColumn()
  provider!: string;

  @Field(() => String, { nullable: true, description: 'The provider’s id of the charge' })
  @CodeColumn({ nullable: true })
  providerRef!: string | null;

  /** The provider's name of the card: needed again when the first answer was lost. */
  @CodeColumn()
  methodToken!: string;

  @Field(() => String, { nullable: true, description: 'Why the provider refused, e.g. INSUFFICIENT_FUNDS' })
  @CodeColumn({ nullable: true })
  failureCode!: string | null;

  @Field(() => DateTime, { nullable: true })
  @TimeColumn({ nullable: true })
  settledAt!: Date | null;

  /** From when on a worker may ask the provider what has come of it. */
  @TimeColumn()
  nextAttemptAt!: Date;

  /** Takes over what the provider says, unless more is known already. @returns whether the status has changed */
  apply({ status, providerRef, failureCode }: ChargeOutcome, at: Date): boolean {
    this.providerRef ??= providerRef;
    if (!outranks(status, this.status)) return false;
    this.status = status;
    this.failureCode = failureCode;
    if (isSettled(status)) this.settledAt = at;
    return true;
  }
}
