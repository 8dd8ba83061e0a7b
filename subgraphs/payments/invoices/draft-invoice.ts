import { type UnitOfWork } from '#shared/database';
import { newId } from '#shared/ids';
import { customerOf } from '../customers/customer.service';
import { type Price } from '../prices/price.entity';
import { InvoiceLine } from './invoice-line.entity';
import { announce } from './invoice.events';
import { Invoice } from './invoice.entity';

export interface DraftLine {
  readonly price: Price;
  readonly quantity: number;
}

export interface Draft {
  readonly patientId: string;
  readonly appointmentId: string | null;
  readonly caseId: string | null;
  readonly currency: string;
  readonly dueOn: string | null;
  readonly lines: readonly DraftLine[];
}

/** Stores a draft with its lines and announces it. */
export async function storeDraft(tx: UnitOfWork, { lines, ...of }: Draft): Promise<Invoice> {
  const { id: customerId } = await customerOf(tx, of.patientId);
  const invoice = await tx.create(Invoice, {
    ...of,
    ...{ id: newId('inv'), number: null, customerId, status: 'DRAFT' },
    totalMinor: lines.reduce((sum, { price, quantity }) => sum + price.unitAmountMinor * quantity, 0),
    ...{ paidMinor: 0, pendingMinor: 0, voidReason: null, finalizedAt: null, paidAt: null, voidedAt: null },
  });
  for (const line of lines) await storeLine(tx, invoice, line);
  await announce(tx, 'payments.invoice.created', invoice);
  return invoice;
}

async function storeLine(tx: UnitOfWork, invoice: Invoice, { price, quantity }: DraftLine): Promise<void> {
  const { name: description, code: priceCode, unitAmountMinor, currency } = price;
  await tx.create(InvoiceLine, {
    ...{ id: newId('inl'), invoiceId: invoice.id, patientId: invoice.patientId, description, priceCode, quantity },
    ...{ unitAmountMinor, amountMinor: unitAmountMinor * quantity, currency },
  });
}
