import { Arg, Args, Ctx, Directive, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { byId, type Connection, connectionOf, listBy, listSize, Live, Money, respond } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { Customer } from '../customers/customer.entity';
import { Payment } from '../payments/payment.entity';
import { Invoice } from './invoice.entity';
import { InvoiceLine } from './invoice-line.entity';
import { createInvoice, finalizeInvoice, findInvoice, listInvoices, voidInvoice } from './invoice.service';
import {
  Appointment,
  Case,
  CreateInvoiceInput,
  InvoiceConnection,
  InvoicePayload,
  InvoicesArgs,
  Patient,
} from './invoice.types';

const customerById = byId(Customer);
const linesOf = listBy(InvoiceLine, 'invoiceId');
const paymentsOf = listBy(Payment, 'invoiceId');

@Resolver(() => Invoice)
export class InvoiceResolver {
  @RequireScopes('payments:invoices:read', 'payments:invoices:self')
  @Query(() => Invoice, { nullable: true })
  invoice(
    @Arg('id', () => ID, { nullable: true }) id: string | null,
    @Arg('number', () => String, { nullable: true }) number: string | null,
    @Ctx() { unit }: RequestContext,
  ): Promise<Invoice | null> {
    return findInvoice(unit, id ?? null, number ?? null);
  }

  @RequireScopes('payments:invoices:read')
  @Directive(listSize)
  @Query(() => InvoiceConnection)
  async invoices(@Args() args: InvoicesArgs, @Ctx() { unit }: RequestContext): Promise<Connection<Invoice>> {
    return connectionOf(await listInvoices(unit, args));
  }

  @RequireScopes('payments:invoices:write')
  @Mutation(() => InvoicePayload)
  createInvoice(@Arg('input') input: CreateInvoiceInput, @Ctx() { unit }: RequestContext): Promise<InvoicePayload> {
    return respond('invoice', createInvoice(unit, input));
  }

  @RequireScopes('payments:invoices:write')
  @Mutation(() => InvoicePayload)
  finalizeInvoice(
    @Arg('id', () => ID) id: string,
    @Arg('ifVersion', () => Int) ifVersion: number,
    @Ctx() { unit }: RequestContext,
  ): Promise<InvoicePayload> {
    return respond('invoice', finalizeInvoice(unit, id, ifVersion));
  }

  @RequireScopes('payments:invoices:write')
  @Mutation(() => InvoicePayload)
  voidInvoice(
    @Arg('id', () => ID) id: string,
    @Arg('reason') reason: string,
    @Ctx() { unit }: RequestContext,
  ): Promise<InvoicePayload> {
    return respond('invoice', voidInvoice(unit, id, reason));
  }

  @RequireScopes('payments:invoices:read', 'payments:invoices:self')
  @Live(() => Invoice, { types: ['payments.invoice.*', 'payments.payment.*'], match: ['patientId=data.patientId'] })
  invoiceChanged(
    @Arg('patientId', () => ID, { nullable: true }) _patientId: string | null,
    @Ctx() { unit, event }: RequestContext,
  ): Promise<Invoice | null> | null {
    return event && unit.find(Invoice, String(event.data['invoiceId']));
  }

  @FieldResolver(() => Customer)
  customer(@Root() { customerId }: Invoice, @Ctx() context: RequestContext): Promise<Customer | null> {
    return context.load(customerById, customerId);
  }

  @FieldResolver(() => Patient)
  patient(@Root() { patientId }: Invoice): Patient {
    return { id: patientId };
  }

  @FieldResolver(() => Appointment, { nullable: true })
  appointment(@Root() { appointmentId }: Invoice): Appointment | null {
    return appointmentId === null ? null : { id: appointmentId };
  }

  @FieldResolver(() => Case, { nullable: true })
  case(@Root() { caseId }: Invoice): Case | null {
    return caseId === null ? null : { id: caseId };
  }

  @FieldResolver(() => [InvoiceLine])
  lines(@Root() { id }: Invoice, @Ctx() context: RequestContext): Promise<InvoiceLine[]> {
    return context.load(linesOf, id);
  }

  @FieldResolver(() => [Payment])
  payments(@Root() { id }: Invoice, @Ctx() context: RequestContext): Promise<Payment[]> {
    return context.load(paymentsOf, id);
  }

  @FieldResolver(() => Money)
  total(@Root() { totalMinor: amount, currency }: Invoice): Money {
    return { amount, currency };
  }

  @FieldResolver(() => Money)
  amountPaid(@Root() { paidMinor: amount, currency }: Invoice): Money {
    return { amount, currency };
  }

  @FieldResolver(() => Money)
  amountDue(@Root() invoice: Invoice): Money {
    return { amount: invoice.dueMinor(), currency: invoice.currency };
  }
}

@Resolver(() => InvoiceLine)
export class InvoiceLineResolver {
  @FieldResolver(() => Money)
  unitPrice(@Root() { unitAmountMinor: amount, currency }: InvoiceLine): Money {
    return { amount, currency };
  }

  @FieldResolver(() => Money)
  amount(@Root() { amountMinor: amount, currency }: InvoiceLine): Money {
    return { amount, currency };
  }
}
