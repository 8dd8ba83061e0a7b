import { ArgsType, Field, ID, ObjectType } from 'type-graphql';
import { MinorUnits, Payload } from '#shared/graphql';
import { type PaymentMethodKind, PaymentMethodKindEnum } from './payment.codes';
import { Payment } from './payment.entity';

@ArgsType()
export class StartPaymentArgs {
  @Field(() => ID)
  idempotencyKey!: string;

  @Field(() => ID)
  invoiceId!: string;

  @Field(() => MinorUnits, { nullable: true, description: 'All that is left to pay unless told' })
  amount?: number | null;

  @Field(() => PaymentMethodKindEnum)
  method!: PaymentMethodKind;

  @Field(() => String, {
    defaultValue: 'pm_card_visa',
    description: 'The provider’s name of the card or account; the default is a test card of the sandbox',
  })
  paymentMethodToken!: string;
}

@ObjectType()
export class PaymentPayload extends Payload {
  @Field(() => Payment, { nullable: true })
  payment!: Payment | null;
}
