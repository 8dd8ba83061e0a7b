import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { byId, Money, respond } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { Invoice } from '../invoices/invoice.entity';
import { type PaymentsPorts } from '../ports';
import { Payment } from './payment.entity';
import { startPayment } from './payment.service';
import { PaymentPayload, StartPaymentArgs } from './payment.types';

const invoiceById = byId(Invoice);

@Resolver(() => Payment)
export class PaymentResolver {
  @RequireScopes('payments:payments:read', 'payments:invoices:self')
  @Query(() => Payment, { nullable: true })
  payment(@Arg('id', () => ID) id: string, @Ctx() { unit }: RequestContext): Promise<Payment | null> {
    return unit.find(Payment, id);
  }

  @RequireScopes('payments:payments:write', 'payments:invoices:self')
  @Mutation(() => PaymentPayload)
  startPayment(
    @Args() args: StartPaymentArgs,
    @Ctx() { unit, ports }: RequestContext<PaymentsPorts>,
  ): Promise<PaymentPayload> {
    return respond('payment', startPayment(unit, ports, args));
  }

  @FieldResolver(() => Invoice)
  invoice(@Root() { invoiceId }: Payment, @Ctx() context: RequestContext): Promise<Invoice | null> {
    return context.load(invoiceById, invoiceId);
  }

  @FieldResolver(() => Money)
  amount(@Root() { amountMinor: amount, currency }: Payment): Money {
    return { amount, currency };
  }
}
