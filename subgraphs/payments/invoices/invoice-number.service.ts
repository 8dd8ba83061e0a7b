import { isUniqueViolation, type UnitOfWork } from '#shared/database';
import { NumberSequence } from './number-sequence.entity';

/** Makes the organisation's sequence when it has none. Outside any transaction: two may come at once. */
export async function ensureSequence(unit: UnitOfWork): Promise<void> {
  const id = unit.actor.organisationId;
  if (await unit.find(NumberSequence, id)) return;
  try {
    await unit.create(NumberSequence, { id, last: 0 });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error; // somebody else has made it
  }
}

/**
 * Makes the transaction wait for its turn with the sequence, so that numbers are given in order and a rolled-back
 * transaction leaves no gap. Must be the transaction's first statement: what it reads afterwards is current then.
 */
export async function lockSequence(tx: UnitOfWork): Promise<void> {
  const id = tx.actor.organisationId;
  await tx.updateWhere(NumberSequence, { id }, { id });
}

/** The next number; the caller holds the lock. */
export async function nextNumber(tx: UnitOfWork): Promise<string> {
  const sequence = await tx.get(NumberSequence, tx.actor.organisationId);
  sequence.last += 1;
  await tx.save(sequence);
  return `INV-${String(sequence.last).padStart(6, '0')}`;
}
