import { type ReviewTimings } from '../config';
import { type AiReview } from './ai-review.entity';

const firstPollMs = 250;
const longestPollMs = 1_000;
const longestPauseMs = 300_000;

/** A pause that doubles with each failure, shortened at random by up to a half so that failures spread out. */
export function backoffMs(baseMs: number, failures: number, random: () => number): number {
  const full = Math.min(baseMs * 2 ** Math.max(0, failures - 1), longestPauseMs);
  return Math.round(full * (1 - random() / 2));
}

/** When an AI review is tried or asked for again, and when it is given up. */
export class RetryPolicy {
  constructor(
    private readonly timings: ReviewTimings,
    private readonly random: () => number = Math.random,
  ) {}

  /** When to ask for the answer next: soon at first, then every second, and once more when time is up. */
  nextPoll(review: AiReview, at: Date): Date {
    return this.before(review, at.getTime() + Math.min(firstPollMs * 1.5 ** review.polls, longestPollMs));
  }

  /**
   * Counts a failed attempt. The review waits for the next one, or has failed when it was the last.
   * @param anew see `AiReview.retry`
   */
  failAttempt(review: AiReview, { at, reason, anew }: { at: Date; reason: string; anew: boolean }): void {
    review.failedAttempts += 1;
    if (review.failedAttempts >= review.maxAttempts) {
      review.fail(at, reason);
      return;
    }
    const pauseMs = backoffMs(this.timings.retryBaseMs, review.failedAttempts, this.random);
    review.retry(reason, this.before(review, at.getTime() + pauseMs), anew);
  }

  private before(review: AiReview, timeMs: number): Date {
    return new Date(Math.min(timeMs, review.deadlineAt.getTime()));
  }
}
