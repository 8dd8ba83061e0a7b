/** Rests between attempts, as multiples of the base: with the default of a minute 1 m, 5 m, 30 m, 2 h. */
const steps = [1, 5, 30, 120] as const;

/** How long an unreadable supergraph is waited for before it counts as a failed attempt. */
const patienceMs = 600_000;

/** @returns when to try again after this many failed attempts; null when it has been tried often enough. */
export function nextAttemptAfter(attempts: number, at: Date, baseMs: number): Date | null {
  const step = steps[attempts - 1];
  return step === undefined ? null : new Date(at.getTime() + step * baseMs);
}

/** Whether a delivery may still wait for its recipient's data without using up an attempt. */
export function mayWait(queuedAt: Date, at: Date): boolean {
  return at.getTime() - queuedAt.getTime() < patienceMs;
}
