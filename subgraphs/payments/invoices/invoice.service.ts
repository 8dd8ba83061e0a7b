import { In, LessThan } from 'typeorm';
import { type Page, type UnitOfWork, isUniqueViolation, retryStale } from '#shared/database';
import { InputError } from '#shared/errors';
import { type EventDataOf } from '#shared/events';
import { parseId } from '#shared/ids';
import { currencyOf } from '../currency';
import { post } from '../ledger/ledger.service';
import { Price } from '../prices/price.entity';
import { type DraftLine, storeDraft } from './draft-invoice';
import { ensureSequence, lockSequence, nextNumber } from './invoice-number.service';
import { announce, announceWithTotal } from './invoice.events';
import { Invoice } from './invoice.entity';
import { type CreateInvoiceInput, type InvoicesArgs } from './invoice.types';

const mostLines = 100;
const mostOfOne = 1_000;

/** @throws {DomainError} BAD_USER_INPUT without lines or with lines in several currencies; NOT_FOUND for a price. */
export async function createInvoice(unit: UnitOfWork, input: CreateInvoiceInput): Promise<Invoice> {
  parseId('pat', input.patientId);
  if (input.lines.length === 0 || input.lines.length > mostLines) {
    throw new InputError(`An invoice has 1 to ${String(mostLines)} lines`, ['input', 'lines']);
  }
  const once = { operation: 'createInvoice', key: input.idempotencyKey, request: input };
  return retryStale(
    () =>
      unit.once(Invoice, once, async (tx) => {
        const lines: DraftLine[] = [];
        for (const line of input.lines) lines.push(await pricedLine(tx, line));
        const [currency = currencyOf(tx.actor.region), ...others] = new Set(lines.map(({ price }) => price.currency));
        if (others.length > 0) throw new InputError('All lines are in one currency', ['input', 'lines']);
        const { patientId, appointmentId = null, caseId = null, dueOn = null } = input;
        return storeDraft(tx, { patientId, appointmentId, caseId, dueOn, currency, lines });
      }),
    isUniqueViolation,
  );
}

/**
 * Drafts the invoice of a confirmed appointment, once. A price code that is not in the list gives a draft without lines:
 * billing sees it there, instead of nothing.
 */
export async function draftForAppointment(
  tx: UnitOfWork,
  { appointmentId, patientId, caseId, priceCode }: EventDataOf<'scheduling.appointment.confirmed'>,
): Promise<void> {
  if (priceCode === null) return;
  const existing = await tx.list(Invoice, { appointmentId });
  if (existing.some(({ status }) => status !== 'VOID')) return;
  const price = await tx.findBy(Price, { code: priceCode, active: true });
  const currency = price?.currency ?? currencyOf(tx.actor.region);
  const lines = price ? [{ price, quantity: 1 }] : [];
  await storeDraft(tx, { patientId, appointmentId, caseId, currency, dueOn: null, lines });
}

/** An appointment that does not take place is not billed, unless its invoice is out already. */
export async function voidDraftOfAppointment(tx: UnitOfWork, appointmentId: string): Promise<void> {
  for (const draft of await tx.list(Invoice, { appointmentId, status: 'DRAFT' })) {
    draft.void(null, tx.at);
    await tx.save(draft);
    await announce(tx, 'payments.invoice.voided', draft);
  }
}

/**
 * Gives a draft its number; from then on it does not change.
 * @throws {DomainError} ILLEGAL_TRANSITION, CONFLICT for a total of nothing, STALE_VERSION, NOT_FOUND
 */
export async function finalizeInvoice(unit: UnitOfWork, id: string, ifVersion: number): Promise<Invoice> {
  await ensureSequence(unit);
  return unit.transaction(async (tx) => {
    await lockSequence(tx);
    const invoice = await tx.get(Invoice, id, { ifVersion });
    invoice.finalize(await nextNumber(tx), tx.at);
    await tx.save(invoice);
    await post(tx, {
      kind: 'INVOICE_FINALIZED',
      amountMinor: invoice.totalMinor,
      currency: invoice.currency,
      reference: id,
    });
    await announceWithTotal(tx, 'payments.invoice.finalized', invoice);
    return invoice;
  });
}

/** @throws {DomainError} ILLEGAL_TRANSITION once something is paid, CONFLICT while a payment is under way, NOT_FOUND */
export async function voidInvoice(unit: UnitOfWork, id: string, reason: string): Promise<Invoice> {
  return unit.transaction(async (tx) => {
    const invoice = await tx.get(Invoice, id);
    const wasBooked = invoice.status !== 'DRAFT';
    invoice.void(reason, tx.at);
    await tx.save(invoice);
    const { totalMinor: amountMinor, currency } = invoice;
    if (wasBooked) await post(tx, { kind: 'INVOICE_VOIDED', amountMinor, currency, reference: id });
    await announce(tx, 'payments.invoice.voided', invoice);
    return invoice;
  });
}

/** @throws {DomainError} BAD_USER_INPUT unless just one of id and number is given. */
export async function findInvoice(unit: UnitOfWork, id: string | null, number: string | null): Promise<Invoice | null> {
  if (id !== null && number === null) return unit.find(Invoice, id);
  if (id === null && number !== null) return unit.findBy(Invoice, { number });
  throw new InputError('Give either the id or the number');
}

/** Those of the filter, the newest first; of one patient when one is given. */
export async function listInvoices(unit: UnitOfWork, args: InvoicesArgs, ofPatient?: string): Promise<Page<Invoice>> {
  const { first, after, status, dueBefore } = args;
  const patientId = ofPatient ?? args.patientId;
  const where = {
    ...(status && { status: In(status) }),
    ...(patientId && { patientId }),
    ...(dueBefore && { dueOn: LessThan(dueBefore) }),
  };
  return unit.page(Invoice, { first: first ?? null, after: after ?? null, where });
}

async function pricedLine(
  tx: UnitOfWork,
  { priceId, quantity }: { priceId: string; quantity: number },
): Promise<DraftLine> {
  if (quantity < 1 || quantity > mostOfOne) {
    throw new InputError(`A quantity is from 1 to ${String(mostOfOne)}`, ['input', 'lines', 'quantity']);
  }
  return { price: await tx.get(Price, priceId), quantity };
}
