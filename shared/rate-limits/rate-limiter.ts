import { type Logger } from '#shared/logging';
import { type SharedCounters } from './shared-counters';
import { type Window, Windows } from './windows';

/** So many points in so many seconds. */
export interface RateLimitPolicy {
  /** Letters and hyphens: it stands in headers and keys. */
  readonly name: string;
  readonly points: number;
  readonly windowSeconds: number;
}

/** Whom a policy is applied to. */
export interface RateLimitSubject {
  readonly policy: RateLimitPolicy;
  readonly key: string;
}

export interface RateLimitState {
  readonly isAllowed: boolean;
  /** The policy that refuses, or would be the first to. */
  readonly policy: RateLimitPolicy;
  readonly remainingPoints: number;
  /** Until the policy's window ends. At least 1. */
  readonly resetSeconds: number;
}

export interface RateLimiterOptions {
  /** Without them each process counts for itself. */
  readonly counters?: SharedCounters;
  readonly log: Logger;
  /** How long spending may wait before the other processes hear of it; default 50. */
  readonly tellEveryMs?: number;
  /** Keys that are remembered at a time; default 100,000. */
  readonly maxKeys?: number;
  /** A clock in milliseconds that never goes back. */
  readonly now?: () => number;
}

/**
 * Counts in fixed windows, in this process, and decides at once: no request waits for a store. What was let through is
 * told to the shared counters a moment later, many requests at a time, and they answer what everybody has spent. So all
 * processes together may exceed a limit by what they let through within `tellEveryMs`. While the counters are away each
 * process holds every caller to the whole limit by itself.
 */
export class RateLimiter {
  private readonly windows: Windows;
  private readonly untold = new Set<Window>();
  private readonly now: () => number;
  private readonly tellEveryMs: number;
  private timer: NodeJS.Timeout | null = null;
  private isAway = false;

  constructor(private readonly options: RateLimiterOptions) {
    this.windows = new Windows(options.maxKeys ?? 100_000);
    this.now = options.now ?? (() => performance.now());
    this.tellEveryMs = options.tellEveryMs ?? 50;
  }

  /**
   * Charges every subject, or none of them when one cannot afford it. The state is that of the subject nearest to its
   * limit, in proportion.
   * @param points a whole number
   */
  charge(subjects: readonly [RateLimitSubject, ...RateLimitSubject[]], points: number): RateLimitState {
    const now = this.now();
    const accounts = subjects.map((subject) => {
      const { policy, key } = subject;
      return { policy, window: this.windows.of(`${policy.name}:${key}`, policy.windowSeconds, now) };
    });
    const isAllowed = accounts.every(({ policy, window }) => window.spent + points <= policy.points);
    if (isAllowed) for (const { window } of accounts) this.spend(window, points);
    const used = accounts.map(({ policy, window }) => (window.spent + (isAllowed ? 0 : points)) / policy.points);
    const nearest = accounts[used.indexOf(Math.max(...used))] ?? accounts[0];
    if (!nearest) throw new RangeError('There is nobody to charge');
    return {
      isAllowed,
      policy: nearest.policy,
      remainingPoints: Math.max(0, nearest.policy.points - nearest.window.spent),
      resetSeconds: Math.max(1, Math.ceil((nearest.window.endsAt - now) / 1000)),
    };
  }

  /** Tells what is untold, as far as the counters can be reached, and stops. */
  async close(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    await this.tell();
    await this.options.counters?.close();
  }

  private spend(window: Window, points: number): void {
    window.spent += points;
    if (!this.options.counters) return;
    window.untold += points;
    this.untold.add(window);
    this.timer ??= setTimeout(() => void this.tell(), this.tellEveryMs).unref();
  }

  private async tell(): Promise<void> {
    const windows = [...this.untold];
    this.untold.clear();
    const results = await Promise.allSettled(windows.map((window) => this.tellOf(window)));
    this.timer = null;
    const failed = results.find((result) => result.status === 'rejected');
    if (failed && !this.isAway) {
      this.options.log.warn({ err: failed.reason as unknown }, 'Rate limits are counted by each process alone');
    }
    this.isAway = failed !== undefined;
    if (this.untold.size > 0) this.timer = setTimeout(() => void this.tell(), this.tellEveryMs).unref();
  }

  private async tellOf(window: Window): Promise<void> {
    const { counters } = this.options;
    const { untold: points } = window;
    if (!counters || points === 0 || !this.windows.isRunning(window)) return;
    window.untold = 0;
    try {
      const all = await counters.add(window.key, points, window.seconds);
      window.spent = all.points + window.untold;
      window.endsAt = this.now() + all.endsInMs;
    } catch (error) {
      window.untold += points;
      this.untold.add(window);
      throw error;
    }
  }
}
