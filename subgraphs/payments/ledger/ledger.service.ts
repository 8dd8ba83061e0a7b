import { type Page, type PageArguments, type UnitOfWork } from '#shared/database';
import { newId } from '#shared/ids';
import { LedgerEntry, type LedgerAccount } from './ledger-entry.entity';
import { postingOf, type PostingKind } from './posting';

export interface Posting {
  readonly kind: PostingKind;
  readonly amountMinor: number;
  readonly currency: string;
  /** Id of the invoice or payment. */
  readonly reference: string;
}

/** Books an amount, in the transaction of what it is booked for. */
export async function post(tx: UnitOfWork, { kind, amountMinor, currency, reference }: Posting): Promise<void> {
  for (const line of postingOf(kind, amountMinor)) {
    await tx.create(LedgerEntry, { ...line, id: newId('led'), at: tx.at, currency, reference, kind });
  }
}

/** The entries of an account, the latest first. */
export async function listLedger(
  unit: UnitOfWork,
  account: LedgerAccount,
  page: PageArguments,
): Promise<Page<LedgerEntry>> {
  return unit.page(LedgerEntry, { ...page, where: { account }, orderBy: 'at' });
}
