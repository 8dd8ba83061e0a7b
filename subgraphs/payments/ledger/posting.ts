import { type LedgerAccount } from './ledger-entry.entity';

export interface PostingLine {
  readonly account: LedgerAccount;
  readonly debitMinor: number;
  readonly creditMinor: number;
}

export type PostingKind = 'INVOICE_FINALIZED' | 'INVOICE_VOIDED' | 'PAYMENT_RECEIVED';

/** Which account an amount goes to, and from which it comes. */
const accounts: Readonly<Record<PostingKind, { readonly debit: LedgerAccount; readonly credit: LedgerAccount }>> = {
  INVOICE_FINALIZED: { debit: 'RECEIVABLE', credit: 'REVENUE' },
  INVOICE_VOIDED: { debit: 'REVENUE', credit: 'RECEIVABLE' },
  PAYMENT_RECEIVED: { debit: 'CASH', credit: 'RECEIVABLE' },
};

/** Both sides of a posting. @throws {RangeError} for an amount that is no positive whole number of minor units. */
export function postingOf(kind: PostingKind, amountMinor: number): readonly PostingLine[] {
  if (!Number.isSafeInteger(amountMinor) || amountMinor <= 0)
    throw new RangeError('A posting is over a positive whole amount');
  const { debit, credit } = accounts[kind];
  return [
    { account: debit, debitMinor: amountMinor, creditMinor: 0 },
    { account: credit, debitMinor: 0, creditMinor: amountMinor },
  ];
}

/** Debits less credits by account. In a sound set of books the sum over all accounts is 0. */
export function balances(lines: readonly PostingLine[]): Readonly<Record<LedgerAccount, number>> {
  const sums: Record<LedgerAccount, number> = { RECEIVABLE: 0, REVENUE: 0, CASH: 0 };
  for (const { account, debitMinor, creditMinor } of lines) sums[account] += debitMinor - creditMinor;
  return sums;
}
