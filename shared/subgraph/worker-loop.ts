import { newCorrelationId, runInContext } from '#shared/context';
import { type Logger } from '#shared/logging';

/** Calls `run` whenever it is woken or `pollMs` have passed, again and again while there is something to do. */
export class WorkerLoop {
  private stopped = false;
  private woken = false;
  private wakeUp: (() => void) | null = null;
  private readonly loop: Promise<void>;

  constructor(private readonly options: { name: string; pollMs: number; log: Logger; run: () => Promise<number> }) {
    this.loop = this.cycle();
  }

  get stopping(): boolean {
    return this.stopped;
  }

  wake(): void {
    this.woken = true;
    this.wakeUp?.();
  }

  /** Resolves when the present run has ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.wake();
    await this.loop;
  }

  private async cycle(): Promise<void> {
    const { name, pollMs, log } = this.options;
    while (!this.stopping) {
      this.woken = false;
      const done = await runInContext(
        { correlationId: newCorrelationId(), causationId: null, operationName: name },
        () =>
          this.options.run().catch((error: unknown) => {
            // The work is still due; it is tried again after the poll interval.
            log.error({ err: error, worker: name }, 'A worker failed');
            return 0;
          }),
      );
      if (done === 0) await this.pause(pollMs);
    }
  }

  /** Returns at once when it was woken while it worked. */
  private pause(ms: number): Promise<void> {
    if (this.woken) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
