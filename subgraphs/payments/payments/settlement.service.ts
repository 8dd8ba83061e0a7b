import { type UnitOfWork, isUniqueViolation, retryStale } from '#shared/database';
import { DomainError } from '#shared/errors';
import { announceWithTotal } from '../invoices/invoice.events';
import { Invoice } from '../invoices/invoice.entity';
import { post } from '../ledger/ledger.service';
import { type Charge, type ChargeOutcome, type PaymentProvider } from '../provider/provider';
import { isSettled } from './payment.codes';
import { Payment } from './payment.entity';

/**
 * Asks the provider what has come of a payment, charging if it has not yet been asked to, and records the answer.
 * Safe at any time and by several at once: the provider charges once per payment, the books take an outcome once.
 * @throws {DomainError} UPSTREAM_UNAVAILABLE without a provider, or when it does not answer
 */
export async function completePayment(
  unit: UnitOfWork,
  provider: PaymentProvider | null,
  payment: Payment,
): Promise<Payment> {
  if (!provider) throw new DomainError('UPSTREAM_UNAVAILABLE', 'No payment provider is configured');
  const { id, providerRef } = payment;
  const outcome = await (providerRef === null ? provider.charge(chargeOf(payment)) : provider.retrieve(providerRef));
  return retryStale(() => unit.transaction((tx) => recordOutcome(tx, id, outcome)), isUniqueViolation);
}

/** Payment, invoice, ledger and events change together or not at all; an outcome that is known already changes nothing. */
export async function recordOutcome(tx: UnitOfWork, paymentId: string, outcome: ChargeOutcome): Promise<Payment> {
  const payment = await tx.get(Payment, paymentId);
  const wasSettled = isSettled(payment.status);
  const hasChanged = payment.apply(outcome, tx.at);
  await tx.save(payment);
  if (!hasChanged || !isSettled(payment.status)) return payment;
  const invoice = await tx.get(Invoice, payment.invoiceId);
  if (!wasSettled) invoice.releaseReserved(payment.amountMinor);
  if (payment.status === 'SUCCEEDED') await receive(tx, payment, invoice);
  else await announceFailure(tx, payment);
  await tx.save(invoice);
  return payment;
}

async function receive(tx: UnitOfWork, payment: Payment, invoice: Invoice): Promise<void> {
  const { id, amountMinor, currency } = payment;
  const before = invoice.status;
  invoice.receive(amountMinor, tx.at);
  await post(tx, { kind: 'PAYMENT_RECEIVED', amountMinor, currency, reference: id });
  await tx.publish('payments.payment.succeeded', { ...addressOf(payment), data: dataOf(payment) });
  if (before !== 'PAID' && invoice.status === 'PAID') await announceWithTotal(tx, 'payments.invoice.paid', invoice);
}

async function announceFailure(tx: UnitOfWork, payment: Payment): Promise<void> {
  const reason = payment.failureCode ?? payment.status;
  await tx.publish('payments.payment.failed', { ...addressOf(payment), data: { ...dataOf(payment), reason } });
}

function chargeOf({ id, invoiceId, organisationId, region, amountMinor, currency, methodToken }: Payment): Charge {
  return { paymentId: id, invoiceId, organisationId, region, amountMinor, currency, methodToken };
}

function addressOf({ id, invoiceId }: Payment): { resourceId: string; aggregate: { type: string; id: string } } {
  return { resourceId: id, aggregate: { type: 'Invoice', id: invoiceId } };
}

function dataOf({ id, invoiceId, patientId, amountMinor, currency }: Payment): {
  paymentId: string;
  invoiceId: string;
  patientId: string;
  amountMinor: number;
  currency: string;
} {
  return { paymentId: id, invoiceId, patientId, amountMinor, currency };
}
