import { BoundedCache } from '#shared/cache';
import { type SourceDecision } from './consent-source';

/** A decision takes some 250 bytes. */
const maxDecisions = 100_000;
const maxForgotten = 10_000;
const longestSeconds = 60;
/** While nobody would tell us of a withdrawal, it must take effect by itself within this time. */
const uninformedMs = 1_000;

/** A decision asked for or had. */
interface Entry {
  readonly decision: Promise<SourceDecision | null>;
  /** What came of it; undefined while it is under way. */
  settled: SourceDecision | null | undefined;
  /** Of the questions of this gateway. */
  readonly number: number;
  /** Counted from the question, not from the answer: it may have taken long, and is as old as what it was read from. */
  readonly askedAtMs: number;
  keepMs: number;
}

interface DecisionCacheOptions {
  readonly now: () => number;
  /** Whether changes of decisions are heard of at present. */
  readonly isInformed: () => boolean;
}

/**
 * Decisions by subject and asker, those under way among them. Forgetting a subject counts for every question asked before:
 * an answer that was on its way at a withdrawal and arrives after it is not kept either.
 */
export class DecisionCache {
  private readonly entries = new BoundedCache<string, Entry>(maxDecisions);
  /** The number of the last question that does not count any more, by subject. */
  private readonly forgotten = new Map<string, number>();
  private forgottenOfAll = 0;
  private lastNumber = 0;

  constructor(private readonly options: DecisionCacheOptions) {}

  /** @param asker who asks for what, within the subject */
  find(subject: string, asker: string): Promise<SourceDecision | null> | null {
    return this.entryOf(subject, asker)?.decision ?? null;
  }

  /** The same for a decision that has been had. @returns undefined when none has; null when none could be had */
  findSettled(subject: string, asker: string): SourceDecision | null | undefined {
    return this.entryOf(subject, asker)?.settled;
  }

  keep(subject: string, asker: string, decision: Promise<SourceDecision | null>): void {
    const entry: Entry = {
      decision,
      settled: undefined,
      number: ++this.lastNumber,
      askedAtMs: this.options.now(),
      keepMs: longestSeconds * 1_000,
    };
    this.entries.set(keyOf(subject, asker), entry);
    void decision.then((decided) => {
      entry.settled = decided;
      // What could not be found out is asked again by the next who needs it.
      entry.keepMs = decided ? Math.min(decided.cacheForSeconds, longestSeconds) * 1_000 : 0;
    });
  }

  forget(subject: string): void {
    // Whoever withdraws is remembered apart, but not for ever: rather everybody is asked anew.
    if (this.forgotten.size >= maxForgotten) this.clear();
    this.forgotten.set(subject, this.lastNumber);
  }

  clear(): void {
    this.forgotten.clear();
    this.forgottenOfAll = this.lastNumber;
  }

  private entryOf(subject: string, asker: string): Entry | null {
    const entry = this.entries.get(keyOf(subject, asker));
    if (!entry || entry.number <= this.forgottenOfAll) return null;
    if (this.forgotten.size > 0 && entry.number <= (this.forgotten.get(subject) ?? 0)) return null;
    return this.isGood(entry) ? entry : null;
  }

  private isGood({ askedAtMs, keepMs }: Entry): boolean {
    const longestMs = this.options.isInformed() ? keepMs : Math.min(keepMs, uninformedMs);
    return this.options.now() - askedAtMs < longestMs;
  }
}

function keyOf(subject: string, asker: string): string {
  return `${subject}\n${asker}`;
}
