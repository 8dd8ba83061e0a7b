import { type UnitOfWork } from '#shared/database';
import { type Invoice } from './invoice.entity';

export async function announce(
  tx: UnitOfWork,
  type: 'payments.invoice.created' | 'payments.invoice.voided',
  { id, patientId, caseId }: Invoice,
): Promise<void> {
  await tx.publish(type, {
    resourceId: id,
    aggregate: { type: 'Invoice', id },
    data: { invoiceId: id, patientId, caseId },
  });
}

export async function announceWithTotal(
  tx: UnitOfWork,
  type: 'payments.invoice.finalized' | 'payments.invoice.paid',
  { id, patientId, caseId, totalMinor: amountMinor, currency }: Invoice,
): Promise<void> {
  const data = { invoiceId: id, patientId, caseId, amountMinor, currency };
  await tx.publish(type, { resourceId: id, aggregate: { type: 'Invoice', id }, data });
}
