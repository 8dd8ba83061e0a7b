import { type UnitOfWork, isUniqueViolation, retryStale } from '#shared/database';
import { DomainError, InputError, NotFoundError } from '#shared/errors';
import { newId } from '#shared/ids';
import { canPayFor } from '../invoices/invoice.policy';
import { Invoice } from '../invoices/invoice.entity';
import { type PaymentsPorts } from '../ports';
import { isSettled } from './payment.codes';
import { Payment } from './payment.entity';
import { type StartPaymentArgs } from './payment.types';
import { completePayment } from './settlement.service';

/** The provider that payments are meant for when none is configured yet. */
const defaultProvider = 'stripe';

/**
 * Pays an invoice or a part of it. The payment is stored before the provider is asked and whatever happens afterwards is
 * completed by a worker, so no charge is forgotten and none is made twice.
 * @throws {DomainError} PAYMENT_FAILED when the provider refuses; UPSTREAM_UNAVAILABLE when it does not answer: the
 * payment goes on then; BAD_USER_INPUT for more than is left; CONFLICT, NOT_FOUND.
 */
export async function startPayment(
  unit: UnitOfWork,
  { provider, leaseMs }: PaymentsPorts,
  args: StartPaymentArgs,
): Promise<Payment> {
  if (!/^[A-Za-z0-9_]{1,64}$/.test(args.paymentMethodToken)) {
    throw new InputError('This is not the token of a payment method', ['paymentMethodToken']);
  }
  const once = { operation: 'startPayment', key: args.idempotencyKey, request: args };
  const open = (tx: UnitOfWork): Promise<Payment> =>
    openPayment(tx, args, {
      provider: provider?.name ?? defaultProvider,
      nextAttemptAt: new Date(tx.at.getTime() + leaseMs),
    });
  const payment = await retryStale(() => unit.once(Payment, once, open), isUniqueViolation);
  const settled = isSettled(payment.status) ? payment : await completePayment(unit, provider, payment);
  if (settled.status === 'FAILED' || settled.status === 'CANCELLED') throw refused(settled);
  return settled;
}

async function openPayment(
  tx: UnitOfWork,
  args: StartPaymentArgs,
  of: { provider: string; nextAttemptAt: Date },
): Promise<Payment> {
  const invoice = await tx.get(Invoice, args.invoiceId);
  if (!canPayFor(tx.actor, invoice.patientId)) throw new NotFoundError('Invoice');
  const amountMinor = invoice.reserve(args.amount ?? null);
  await tx.save(invoice);
  const { id: invoiceId, patientId, currency } = invoice;
  const { method, paymentMethodToken: methodToken } = args;
  return tx.create(Payment, {
    ...{ id: newId('pay'), invoiceId, patientId, amountMinor, currency, method, methodToken, ...of },
    ...{ status: 'PROCESSING', providerRef: null, failureCode: null, settledAt: null },
  });
}

function refused({ id, failureCode }: Payment): DomainError {
  return new DomainError('PAYMENT_FAILED', `The payment was refused: ${failureCode ?? 'it was cancelled'}`, {
    details: { paymentId: id, failureCode },
  });
}
