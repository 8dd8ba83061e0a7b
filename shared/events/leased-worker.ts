import { randomUUID } from 'node:crypto';
import { type DataSource } from 'typeorm';
import { type Logger } from '#shared/logging';
import { DatabaseLease } from './lease';

export interface LeasedWorkerOptions {
  readonly dataSource: DataSource;
  /** What is leased. */
  readonly name: string;
  readonly log: Logger;
  readonly clock: () => Date;
  /** Longest rest between two turns: the fallback for a wake-up that got lost. */
  readonly pollMs: number;
  /** How long the job stays with a worker that has died. */
  readonly leaseMs: number;
  /**
   * One turn. `holder` names this worker; what it claims bears the name.
   * @returns after how many milliseconds it wants its next turn; 0 when there is more to do.
   */
  readonly work: (holder: string) => Promise<number>;
}

/** Does a job in turns, in one process per database at a time. */
export class LeasedWorker {
  private readonly holder = randomUUID();
  private readonly lease: DatabaseLease;
  private running: Promise<void> | null = null;
  private isStopping = false;
  private isWoken = false;
  private endRest: () => void = () => undefined;

  constructor(private readonly options: LeasedWorkerOptions) {
    const { dataSource, name, clock, leaseMs } = options;
    this.lease = new DatabaseLease({ dataSource, name, clock, holder: this.holder, durationMs: leaseMs });
  }

  start(): void {
    this.isStopping = false;
    this.running ??= this.run();
  }

  /** Asks for a turn now, or right after the present one. */
  wake(): void {
    this.isWoken = true;
    this.endRest();
  }

  /** Resolves when what is there to be done is done, and the job is free for another worker. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.endRest();
    await this.running;
    this.running = null;
  }

  private async run(): Promise<void> {
    for (;;) {
      const isLast = this.isStopping;
      this.isWoken = false;
      const restMs = await this.turn();
      if (isLast && restMs > 0) break;
      if (!this.isStopping) await this.rest(restMs);
    }
    await this.lease.release().catch((err: unknown) => {
      this.options.log.warn({ err, lease: this.options.name }, 'The lease could not be given back; it will lapse');
    });
  }

  private async turn(): Promise<number> {
    const { pollMs, work, log, name } = this.options;
    try {
      if (!(await this.lease.acquire())) return pollMs;
      return Math.min(pollMs, await this.keepingLease(() => work(this.holder)));
    } catch (err) {
      log.error({ err, worker: name }, 'A turn failed; the next one tries again');
      return pollMs;
    }
  }

  private async keepingLease<T>(work: () => Promise<T>): Promise<T> {
    const renew = (): void => {
      this.lease.acquire().catch((err: unknown) => {
        this.options.log.warn({ err, lease: this.options.name }, 'The lease could not be prolonged');
      });
    };
    const heartbeat = setInterval(renew, this.options.leaseMs / 3);
    try {
      return await work();
    } finally {
      clearInterval(heartbeat);
    }
  }

  private async rest(restMs: number): Promise<void> {
    if (this.isWoken || restMs === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, restMs);
      this.endRest = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.endRest = () => undefined;
  }
}
