/** What was measured again and again, in milliseconds. */
export interface Sample {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** From the beginning of the first to the end of the last, in seconds. */
  readonly seconds: number;
}

/** @throws {Error} when nothing was measured */
export function summarise(durationsMs: readonly number[], seconds: number): Sample {
  if (durationsMs.length === 0) throw new Error('Nothing was measured');
  const sorted = [...durationsMs].sort((a, b) => a - b);
  // Nearest rank: a figure that was really measured, not one between two.
  const quantile = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { count: sorted.length, p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99), seconds };
}

/** Does `work` `count` times, `concurrency` at a time, each with its position. */
export async function measure(
  { count, concurrency }: { readonly count: number; readonly concurrency: number },
  work: (position: number) => Promise<unknown>,
): Promise<Sample> {
  const durationsMs: number[] = [];
  let next = 0;
  const startedAt = performance.now();
  const worker = async (): Promise<void> => {
    while (next < count) {
      const position = next++;
      const begunAt = performance.now();
      await work(position);
      durationsMs.push(performance.now() - begunAt);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return summarise(durationsMs, (performance.now() - startedAt) / 1000);
}
