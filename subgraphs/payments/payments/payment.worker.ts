import { type FindOptionsWhere, In, IsNull, LessThanOrEqual, MoreThan, Not } from 'typeorm';
import { DomainError } from '#shared/errors';
import { type Worker, type WorkerContext } from '#shared/subgraph';
import { type PaymentsPorts } from '../ports';
import { openStatuses } from './payment.codes';
import { Payment } from './payment.entity';
import { completePayment } from './settlement.service';

const batchSize = 10;

/**
 * The provider forgets idempotency keys after a day. A payment it has given no id by then is left to its callbacks and to
 * people: asking once more could charge twice.
 */
const keyLifetimeMs = 23 * 3_600_000;

/** Completes payments whose request has died or whose provider was away. */
export const paymentWorker: Worker<PaymentsPorts> = {
  name: 'payments',
  pollMs: 1_000,
  async run(context) {
    if (!context.ports.provider) return 0;
    const due = await duePayments(context);
    const results = await Promise.all(due.map((payment) => complete(context, payment)));
    return results.filter(Boolean).length;
  },
};

function duePayments({
  system,
  at,
}: WorkerContext<PaymentsPorts>): Promise<Pick<Payment, 'id' | 'organisationId' | 'region'>[]> {
  const isDue: FindOptionsWhere<Payment> = { status: In([...openStatuses]), nextAttemptAt: LessThanOrEqual(at) };
  return system.source.getRepository(Payment).find({
    select: { id: true, organisationId: true, region: true },
    where: [
      { ...isDue, providerRef: Not(IsNull()) },
      { ...isDue, providerRef: IsNull(), createdAt: MoreThan(new Date(at.getTime() - keyLifetimeMs)) },
    ],
    order: { nextAttemptAt: 'ASC' },
    take: batchSize,
  });
}

/** @returns whether this worker has had the payment in hand */
async function complete(
  { system, ports, log, at, stopping }: WorkerContext<PaymentsPorts>,
  { id, ...organisation }: Pick<Payment, 'id' | 'organisationId' | 'region'>,
): Promise<boolean> {
  if (stopping()) return false;
  const unit = system.unitFor(organisation, at);
  const claim = { id, status: In([...openStatuses]), nextAttemptAt: LessThanOrEqual(at) };
  // The lease is also the pause before the next try.
  const nextAttemptAt = new Date(at.getTime() + ports.leaseMs);
  if ((await unit.updateWhere(Payment, claim, { nextAttemptAt })) === 0) return false;
  try {
    await completePayment(unit, ports.provider, await unit.get(Payment, id));
  } catch (error) {
    if (!(error instanceof DomainError && error.code === 'UPSTREAM_UNAVAILABLE')) {
      log.error({ err: error, paymentId: id }, 'A payment could not be completed');
    }
  }
  return true;
}
