import { BoundedCache } from '#shared/cache';
import { type SourceDecision } from './consent-source';

const maxSubjects = 10_000;
/** Decisions of one subject: one per purpose, kind of data and viewer. */
const maxPerSubject = 128;
const longestSeconds = 60;
/** While nobody would tell us of a withdrawal, it must take effect by itself within this time. */
const uninformedMs = 1_000;

/** A decision asked for or had. An answer that comes in is kept in its entry, so one that was dropped meanwhile is not. */
interface Entry {
  readonly decision: Promise<SourceDecision | null>;
  /** Counted from the question, not from the answer: it may have taken long, and is as old as what it was read from. */
  readonly askedAtMs: number;
  keepMs: number;
}

interface DecisionCacheOptions {
  readonly now: () => number;
  /** Whether changes of decisions are heard of at present. */
  readonly isInformed: () => boolean;
}

type Entries = BoundedCache<string, Entry>;

/**
 * Decisions by subject, those under way among them. Forgetting a subject replaces its entries as a whole: an answer that
 * was asked for before a withdrawal and arrives after it finds nobody who would keep it.
 */
export class DecisionCache {
  private subjects = new BoundedCache<string, Entries>(maxSubjects);

  constructor(private readonly options: DecisionCacheOptions) {}

  /** @param asker who asks for what, within the subject */
  find(subject: string, asker: string): Promise<SourceDecision | null> | null {
    const entry = this.subjects.get(subject)?.get(asker);
    return entry && this.isGood(entry) ? entry.decision : null;
  }

  keep(subject: string, asker: string, decision: Promise<SourceDecision | null>): void {
    const entry: Entry = { decision, askedAtMs: this.options.now(), keepMs: longestSeconds * 1_000 };
    this.subjects.getOrMake(subject, emptyEntries).set(asker, entry);
    void decision.then((decided) => {
      // What could not be found out is asked again by the next who needs it.
      entry.keepMs = decided ? Math.min(decided.cacheForSeconds, longestSeconds) * 1_000 : 0;
    });
  }

  forget(subject: string): void {
    if (this.subjects.get(subject)) this.subjects.set(subject, emptyEntries());
  }

  clear(): void {
    this.subjects = new BoundedCache(maxSubjects);
  }

  private isGood({ askedAtMs, keepMs }: Entry): boolean {
    const longestMs = this.options.isInformed() ? keepMs : Math.min(keepMs, uninformedMs);
    return this.options.now() - askedAtMs < longestMs;
  }
}

function emptyEntries(): Entries {
  return new BoundedCache(maxPerSubject);
}
