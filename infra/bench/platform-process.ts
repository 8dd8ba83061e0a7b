import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type DemoFile, readDemo } from '../demo/demo';
import { type Workplace } from './workplace';

const patienceMs = 120_000;
const stopMs = 20_000;
const pollMs = 5;
/** USER_HZ is 100 on every architecture that Node runs on. */
const msPerTick = 10;

/** One start of the platform, as `npm start` or `npm run services` would do it. */
export class PlatformProcess {
  private stopping: Promise<void> | null = null;

  private constructor(
    private readonly workplace: Workplace,
    private readonly child: ChildProcess,
    private readonly started: { readonly readyInMs: number; readonly demo: DemoFile },
  ) {}

  /** From the start of the process until `/health/ready` answered 200. */
  get readyInMs(): number {
    return this.started.readyInMs;
  }

  get demo(): DemoFile {
    return this.started.demo;
  }

  /** @throws {Error} when it is not ready in time or ends; it is gone then */
  static async start(workplace: Workplace, nodeOptions: readonly string[] = []): Promise<PlatformProcess> {
    const startedAt = performance.now();
    const child = spawn(process.execPath, [...process.execArgv, ...nodeOptions, workplace.main], {
      env: workplace.environment,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    // Whatever ends the bench ends the platform: nobody else knows of it.
    const end = (): void => void child.kill('SIGTERM');
    process.once('exit', end);
    child.once('exit', () => process.off('exit', end));
    try {
      await until(child, () => isReady(workplace.readyUrl));
      const readyInMs = performance.now() - startedAt;
      const file = join(workplace.directory, 'demo.json');
      // Written at every start, last of all: an old one names the same addresses.
      await until(child, () => Promise.resolve(existsSync(file)));
      return new PlatformProcess(workplace, child, { readyInMs, demo: readDemo(file) });
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  /** Resident memory in megabytes, by process. Linux tells it in proc(5); elsewhere there is none. */
  memory(): { readonly name: string; readonly megabytes: number }[] {
    return Object.entries(this.pids()).flatMap(([name, pid]) => {
      const file = `/proc/${String(pid)}/status`;
      const kilobytes = existsSync(file) ? /VmRSS:\s+(\d+)/.exec(readFileSync(file, 'utf8'))?.[1] : undefined;
      return kilobytes === undefined ? [] : [{ name, megabytes: Number(kilobytes) / 1024 }];
    });
  }

  /** Processor time that all processes have used so far, in milliseconds; 0 where proc(5) does not tell. */
  processorMs(): number {
    return Object.values(this.pids())
      .map((pid) => `/proc/${String(pid)}/stat`)
      .filter((file) => existsSync(file))
      .map((file) => {
        const stat = readFileSync(file, 'utf8');
        // Fields 14 and 15 are utime and stime; the name in field 2 may hold blanks, so count from its closing bracket.
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return (Number(fields[11]) + Number(fields[12])) * msPerTick;
      })
      .reduce((total, ms) => total + ms, 0);
  }

  stop(): Promise<void> {
    return (this.stopping ??= this.end());
  }

  private async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const inTime = await Promise.race([exited.then(() => true), pause(stopMs, false, { ref: false })]);
    if (inTime) return;
    this.child.kill('SIGKILL');
    await exited;
  }

  private pids(): Record<string, number> {
    const file = join(this.workplace.directory, 'processes.json');
    if (!existsSync(file)) return { platform: this.child.pid ?? 0 };
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
  }
}

async function until(child: ChildProcess, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await isSo())) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('The platform has ended');
    if (performance.now() > deadline) throw new Error('The platform is not ready in time');
    await pause(pollMs);
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    const { status } = await fetch(url, { signal: AbortSignal.timeout(1_000) });
    return status === 200;
  } catch {
    return false; // nobody listens yet
  }
}
