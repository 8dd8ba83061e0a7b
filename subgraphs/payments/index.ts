import { defineSubgraph } from '#shared/subgraph';
import { Customer } from './customers/customer.entity';
import { seedDemo } from './demo';
import { appointmentConsumer } from './invoices/invoice.consumer';
import { InvoiceLine } from './invoices/invoice-line.entity';
import { Invoice } from './invoices/invoice.entity';
import { InvoiceLineResolver, InvoiceResolver } from './invoices/invoice.resolver';
import { NumberSequence } from './invoices/number-sequence.entity';
import {
  AppointmentInvoiceResolver,
  CaseInvoicesResolver,
  CustomerResolver,
  PatientInvoicesResolver,
} from './invoices/patient.resolver';
import { LedgerEntry } from './ledger/ledger-entry.entity';
import { LedgerResolver } from './ledger/ledger.resolver';
import { createInvoices } from './migrations/1764000600001-create-invoices';
import { createPayments } from './migrations/1764000600002-create-payments';
import { paymentRoutes } from './payments/payment.callback';
import { Payment } from './payments/payment.entity';
import { PaymentResolver } from './payments/payment.resolver';
import { paymentWorker } from './payments/payment.worker';
import { ProviderEvent } from './payments/provider-event.entity';
import { paymentsPorts } from './ports';
import { Price } from './prices/price.entity';
import { PriceResolver } from './prices/price.resolver';

/** What patients owe and have paid, in books that balance. */
export const payments = defineSubgraph({
  name: 'payments',
  purpose: 'PAYMENT_PROCESSING',
  resolvers: [
    ...([PriceResolver, InvoiceResolver, InvoiceLineResolver, PaymentResolver, LedgerResolver] as const),
    ...([CustomerResolver, PatientInvoicesResolver, CaseInvoicesResolver, AppointmentInvoiceResolver] as const),
  ],
  entities: [Price, Customer, Invoice, InvoiceLine, NumberSequence, LedgerEntry, Payment, ProviderEvent],
  migrations: [createInvoices, createPayments],
  references: {
    Patient: ({ id }) => ({ id }),
    Case: ({ id }) => ({ id }),
    Appointment: ({ id }) => ({ id }),
    Price: ({ id }, { unit }) => unit.find(Price, id),
    Customer: ({ id }, { unit }) => unit.find(Customer, id),
    Invoice: ({ id }, { unit }) => unit.find(Invoice, id),
    Payment: ({ id }, { unit }) => unit.find(Payment, id),
  },
  consumers: [appointmentConsumer],
  workers: [paymentWorker],
  ports: paymentsPorts,
  routes: paymentRoutes,
  seedDemo,
});
