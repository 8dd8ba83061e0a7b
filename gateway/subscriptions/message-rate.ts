import { type SubscriptionLimits } from './subscription-limits';

/** A bucket of so many messages that fills up again with time. */
export class MessageRate {
  private left: number;
  private at: number;

  /** @param now monotonic milliseconds */
  constructor(
    private readonly limits: SubscriptionLimits['messages'],
    private readonly now: () => number = () => performance.now(),
  ) {
    this.left = limits.burst;
    this.at = now();
  }

  /** @returns false when the bucket is empty */
  take(): boolean {
    const now = this.now();
    const { burst, perSecond } = this.limits;
    this.left = Math.min(burst, this.left + ((now - this.at) / 1_000) * perSecond);
    this.at = now;
    if (this.left < 1) return false;
    this.left--;
    return true;
  }
}
