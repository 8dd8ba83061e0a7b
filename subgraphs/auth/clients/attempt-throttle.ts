export interface ThrottleOptions {
  readonly maxFailures: number;
  readonly windowMs: number;
  /** Keys remembered at most; the oldest is forgotten first. Each costs its guesser a hash, so flushing is dear. */
  readonly maxTracked: number;
}

interface Window {
  failures: number;
  readonly endsAt: number;
}

/** Counts failed attempts per key in a fixed window, in memory of a bounded size. */
export class AttemptThrottle {
  private readonly windows = new Map<string, Window>();

  constructor(private readonly options: ThrottleOptions) {}

  /** @returns seconds until the next attempt is heard; 0 when it is now */
  waitSeconds(key: string, at: Date): number {
    const window = this.windows.get(key);
    if (!window || window.endsAt <= at.getTime() || window.failures < this.options.maxFailures) return 0;
    return Math.ceil((window.endsAt - at.getTime()) / 1_000);
  }

  failed(key: string, at: Date): void {
    const known = this.windows.get(key);
    if (known && known.endsAt > at.getTime()) {
      known.failures += 1;
      return;
    }
    this.windows.delete(key);
    const [oldest] = this.windows.keys();
    if (this.windows.size >= this.options.maxTracked && oldest !== undefined) this.windows.delete(oldest);
    this.windows.set(key, { failures: 1, endsAt: at.getTime() + this.options.windowMs });
  }

  succeeded(key: string): void {
    this.windows.delete(key);
  }
}
