import { Args, Ctx, Directive, FieldResolver, Resolver, Root } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { type Connection, connectionOf, listBy, listSize, Money } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { currencyOf } from '../currency';
import { Customer } from '../customers/customer.entity';
import { balanceOf, currentInvoice } from './invoice.policy';
import { Invoice } from './invoice.entity';
import { listInvoices } from './invoice.service';
import { Appointment, Case, InvoiceConnection, Patient, PatientInvoicesArgs } from './invoice.types';

const invoicesOfPatient = listBy(Invoice, 'patientId');
const invoicesOfCase = listBy(Invoice, 'caseId');
const invoicesOfAppointment = listBy(Invoice, 'appointmentId');
const customersOfPatient = listBy(Customer, 'patientId');

@Resolver(() => Patient)
export class PatientInvoicesResolver {
  @RequireScopes('payments:invoices:read', 'payments:invoices:self')
  @Directive(listSize)
  @FieldResolver(() => InvoiceConnection)
  async invoices(
    @Root() { id: patientId }: Patient,
    @Args() args: PatientInvoicesArgs,
    @Ctx() { unit }: RequestContext,
  ): Promise<Connection<Invoice>> {
    return connectionOf(await listInvoices(unit, args, patientId));
  }

  @RequireScopes('payments:invoices:read', 'payments:invoices:self')
  @FieldResolver(() => Money, { description: 'What is left to pay on all open invoices' })
  async balance(@Root() { id }: Patient, @Ctx() context: RequestContext): Promise<Money> {
    return balanceOf(await context.load(invoicesOfPatient, id), currencyOf(context.actor.region));
  }

  @RequireScopes('payments:invoices:read', 'payments:invoices:self')
  @FieldResolver(() => Customer, { nullable: true, description: 'Null until the first bill' })
  async customer(@Root() { id }: Patient, @Ctx() context: RequestContext): Promise<Customer | null> {
    const [customer = null] = await context.load(customersOfPatient, id);
    return customer;
  }
}

@Resolver(() => Customer)
export class CustomerResolver {
  @FieldResolver(() => Patient)
  patient(@Root() { patientId }: Customer): Patient {
    return { id: patientId };
  }

  @FieldResolver(() => Money)
  async balance(@Root() { patientId }: Customer, @Ctx() context: RequestContext): Promise<Money> {
    return balanceOf(await context.load(invoicesOfPatient, patientId), currencyOf(context.actor.region));
  }
}

@Resolver(() => Case)
export class CaseInvoicesResolver {
  @RequireScopes('payments:invoices:read', 'payments:invoices:self')
  @FieldResolver(() => [Invoice])
  invoices(@Root() { id }: Case, @Ctx() context: RequestContext): Promise<Invoice[]> {
    return context.load(invoicesOfCase, id);
  }
}

@Resolver(() => Appointment)
export class AppointmentInvoiceResolver {
  @RequireScopes('payments:invoices:read', 'payments:invoices:self')
  @FieldResolver(() => Invoice, { nullable: true })
  async invoice(@Root() { id }: Appointment, @Ctx() context: RequestContext): Promise<Invoice | null> {
    return currentInvoice(await context.load(invoicesOfAppointment, id));
  }
}
