import { hasScope, type Actor } from '#shared/auth';
import { type Invoice } from './invoice.entity';

/** Staff take payments for any patient; a patient pays for those they are or act for. */
export function canPayFor(actor: Actor, patientId: string): boolean {
  return hasScope(actor, 'payments:payments:write') || actor.patientIds.includes(patientId);
}

/** What is left to pay on these invoices, counting those in one currency. */
export function balanceOf(invoices: readonly Invoice[], currency: string): { amount: number; currency: string } {
  const open = invoices.filter((invoice) => invoice.currency === currency);
  return { amount: open.reduce((sum, invoice) => sum + invoice.dueMinor(), 0), currency };
}

/** Of an appointment's invoices, oldest first, the one that counts: the last that is not void, else the last. */
export function currentInvoice(invoices: readonly Invoice[]): Invoice | null {
  const valid = invoices.filter(({ status }) => status !== 'VOID');
  return valid.at(-1) ?? invoices.at(-1) ?? null;
}
