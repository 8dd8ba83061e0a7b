import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { type DemoOrder, type Order, type Ready, type Report } from './messages';
import { StartError } from './start-error';

export interface ProcessPlan {
  readonly name: string;
  /** The compiled file it runs. */
  readonly file: string;
  readonly args?: readonly string[];
  /** Asked at every start: what it needs of another process may have changed. */
  readonly environment: () => NodeJS.ProcessEnv;
}

export interface Supervision {
  /** Its pid is another one now, or none. */
  readonly changed: () => void;
  /** It has died and is back. */
  readonly revived: (ready: Ready) => void;
  /** It has died, and why it is not back yet. */
  readonly died: (name: string, line: string) => void;
  /** It dies again and again: the platform cannot go on. */
  readonly gaveUp: (line: string) => void;
}

const maxDeathsPerMinute = 6;
const minuteMs = 60_000;
const firstBackoffMs = 100;
const longestBackoffMs = 5_000;
const startDeadlineMs = 120_000;
/** Longer than a process takes to drain before it gives up by itself. */
const stopDeadlineMs = 12_000;

/** A child that is started again when it dies. The channel to it is also what keeps it alive. */
export class SupervisedProcess {
  private child: ChildProcess | null = null;
  private phase: 'idle' | 'starting' | 'running' | 'reviving' | 'stopping' = 'idle';
  private hasBegun = false;
  private deaths: number[] = [];
  private readonly stopped = new AbortController();

  constructor(
    private readonly plan: ProcessPlan,
    private readonly supervision: Supervision,
  ) {}

  get name(): string {
    return this.plan.name;
  }

  get pid(): number | null {
    return this.child?.pid ?? null;
  }

  /** @throws {StartError} when it does not come up the first time: that is a mistake, not an accident. */
  async start(): Promise<Ready> {
    if (this.isRetired()) throw new StartError(`${this.name} was stopped before it was started`);
    this.phase = 'starting';
    const ready = await this.launch();
    this.phase = this.isRetired() ? 'stopping' : 'running';
    return ready;
  }

  /** Lets it send; after a restart it does so by itself. */
  begin(): void {
    this.hasBegun = true;
    this.send({ type: 'begin' });
  }

  /** @throws {StartError} when it refuses, or dies of it. */
  async seedDemo(order: DemoOrder): Promise<Readonly<Record<string, unknown>>> {
    const report = this.next(['seeded', 'seedFailed']);
    this.send({ type: 'seedDemo', organisation: order.organisation, people: order.people });
    const answer = await report;
    if (answer.type === 'seeded') return answer.result;
    throw new StartError(`${this.name} could not make its demo data: ${'line' in answer ? answer.line : ''}`);
  }

  /** Starts it anew, with its environment as it is by then, and forgets the deaths before. */
  recycle(): void {
    this.deaths = [];
    if (this.phase === 'running' && this.child) end(this.child);
  }

  /** From now on it may end without being started again. */
  retire(): void {
    this.phase = 'stopping';
    this.stopped.abort();
  }

  /** Lets it finish what it has begun; kills it when it does not come to an end. */
  async stop(): Promise<void> {
    this.retire();
    const { child } = this;
    if (!child) return;
    const exited = once(child, 'exit');
    const impatience = setTimeout(() => child.kill('SIGKILL'), stopDeadlineMs);
    end(child);
    await exited;
    clearTimeout(impatience);
  }

  private async launch(): Promise<Ready> {
    const { file, args = [], environment } = this.plan;
    const child = fork(file, args, { env: environment() });
    this.child = child;
    child.on('error', () => child.kill('SIGKILL')); // e.g. a message that found nobody any more
    child.on('message', (report: Report) => {
      if (report.type === 'asksToStop') this.recycle();
    });
    child.once('exit', (code, signal) => {
      if (this.child !== child) return; // one that had failed before, and the next is there already
      this.child = null;
      this.supervision.changed();
      if (this.phase === 'running') void this.revive(`ended by ${signal ?? `itself, with code ${String(code)}`}`);
    });
    this.supervision.changed();
    const impatience = setTimeout(() => child.kill('SIGKILL'), startDeadlineMs);
    try {
      const report = await this.next(['ready', 'failed']);
      if (report.type === 'ready') return report;
      throw new StartError(`${this.name}: ${'line' in report ? report.line : ''}`);
    } finally {
      clearTimeout(impatience);
    }
  }

  private async revive(line: string): Promise<void> {
    this.phase = 'reviving';
    let reason = line;
    while (!this.isRetired()) {
      const deaths = this.countDeath();
      if (deaths > maxDeathsPerMinute) {
        this.supervision.gaveUp(`${this.name} has died ${String(deaths)} times within a minute, last ${reason}`);
        return;
      }
      this.supervision.died(this.name, reason);
      const backoffMs = Math.min(longestBackoffMs, firstBackoffMs * 2 ** deaths);
      await pause(backoffMs, null, { signal: this.stopped.signal }).catch(() => null);
      if (this.isRetired()) return;
      try {
        const ready = await this.launch();
        if (this.isRetired()) return;
        this.phase = 'running';
        if (this.hasBegun) this.send({ type: 'begin' });
        this.supervision.revived(ready);
        return;
      } catch (error) {
        reason = error instanceof Error ? error.message : String(error);
      }
    }
  }

  private isRetired(): boolean {
    return this.stopped.signal.aborted;
  }

  private countDeath(): number {
    const now = Date.now();
    this.deaths = [...this.deaths.filter((at) => now - at < minuteMs), now];
    return this.deaths.length;
  }

  /** @throws {StartError} when it exits before it says one of these. */
  private async next(types: readonly Report['type'][]): Promise<Report> {
    const { child } = this;
    if (!child) throw new StartError(`${this.name} is not running`);
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        child.off('message', hear);
        child.off('exit', leave);
        finish();
      };
      const hear = (message: unknown): void => {
        const report = message as Report;
        if (types.includes(report.type)) settle(() => resolve(report));
      };
      const leave = (): void => settle(() => reject(new StartError(`${this.name} has ended before it was ready`)));
      child.on('message', hear);
      child.on('exit', leave);
    });
  }

  private send(order: Order): void {
    if (this.child?.connected) this.child.send(order);
  }
}

/** Closing the channel asks a process to drain and go. */
function end(child: ChildProcess): void {
  if (child.connected) child.disconnect();
}
