/** One wait that ends at a deadline unless it is called off before. */
export interface Deadline {
  cancel(): void;
}

interface Wait {
  readonly at: number;
  fire: (() => void) | null;
}

/** Granularity of the timer in milliseconds: deadlines are for what hangs, and need not be exact. */
const stepMs = 10;

/**
 * Deadlines of one length. The first set is the first to pass, so one timer serves any number of them: setting and
 * calling off a timer of one's own costs more than the rest of a small fetch.
 */
export class Deadlines {
  private waits: Wait[] = [];
  private head = 0;
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly afterMs: number) {}

  set(fire: () => void): Deadline {
    const wait: Wait = { at: performance.now() + this.afterMs, fire };
    this.waits.push(wait);
    this.timer ??= setTimeout(this.check, this.afterMs).unref();
    return {
      cancel: () => {
        wait.fire = null;
      },
    };
  }

  private readonly check = (): void => {
    const now = performance.now();
    const { waits } = this;
    while (this.head < waits.length) {
      const wait = waits[this.head];
      if (wait?.fire && wait.at > now) break;
      this.head++;
      wait?.fire?.();
    }
    this.waits = this.waits.slice(this.head);
    this.head = 0;
    const [next] = this.waits;
    this.timer = next ? setTimeout(this.check, Math.max(stepMs, next.at - now)).unref() : null;
  };
}
