/** One key's spending within one window of time. */
export interface Window {
  readonly key: string;
  readonly seconds: number;
  /** By the limiter's clock, in milliseconds. */
  endsAt: number;
  /** As far as this process knows, its own included. */
  spent: number;
  /** Its own that the shared counters have not been told of. */
  untold: number;
}

/** The windows that run. However many keys callers can think of, no more than `maxKeys` are remembered. */
export class Windows {
  private readonly windows = new Map<string, Window>();

  constructor(private readonly maxKeys: number) {}

  /** @returns the window that runs, or a new one */
  of(key: string, seconds: number, now: number): Window {
    const known = this.windows.get(key);
    if (known && known.endsAt > now) return known;
    const window = { key, seconds, endsAt: now + seconds * 1000, spent: 0, untold: 0 };
    // Inserted anew, so that the order of the map is that of the windows' ends, more or less.
    this.windows.delete(key);
    this.windows.set(key, window);
    this.forgetOld(now);
    return window;
  }

  isRunning(window: Window): boolean {
    return this.windows.get(window.key) === window;
  }

  private forgetOld(now: number): void {
    for (const [key, { endsAt }] of this.windows) {
      if (endsAt > now && this.windows.size <= this.maxKeys) return;
      this.windows.delete(key);
    }
  }
}
