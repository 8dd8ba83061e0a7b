import { type SeatAnswer, type SeatError } from './arena';

/** One thing in which two answers to one question are not alike. */
export type Difference =
  | { readonly kind: 'data' | 'journal' }
  /** `first`: only the first answer has this error. */
  | { readonly kind: 'error'; readonly only: 'first' | 'second'; readonly error: SeatError };

/** Data as it is written, errors by path, code and message, in any order and each once. */
export function compareAnswers(first: SeatAnswer, second: SeatAnswer): Difference[] {
  const differences: Difference[] = [];
  if (JSON.stringify(first.data) !== JSON.stringify(second.data)) differences.push({ kind: 'data' });
  if (first.journal.join('\n') !== second.journal.join('\n')) differences.push({ kind: 'journal' });
  return [
    ...differences,
    ...without(first.errors, second.errors).map((error): Difference => ({ kind: 'error', only: 'first', error })),
    ...without(second.errors, first.errors).map((error): Difference => ({ kind: 'error', only: 'second', error })),
  ];
}

function without(errors: readonly SeatError[], others: readonly SeatError[]): SeatError[] {
  const known = new Set(others.map((error) => JSON.stringify(error)));
  return errors.filter((error) => {
    const text = JSON.stringify(error);
    const isNew = !known.has(text);
    known.add(text);
    return isNew;
  });
}
