import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readDemo, type DemoFile } from '../infra/demo/demo';
import { build, run, until, type Child } from './child';
import { mode } from './config';
import { makeGround, type Ground } from './ground';

const launcher = { embedded: 'infra/embedded/main.js', services: 'infra/services/main.js' }[mode];
const startMs = 90_000;

/** The platform as an operator runs it: compiled, in processes of its own, on a folder, ports and databases of its own. */
export class TestPlatform {
  private child: Child | null = null;
  private said = '';

  private constructor(readonly ground: Ground) {}

  static async start(settings: NodeJS.ProcessEnv = {}): Promise<TestPlatform> {
    build();
    const platform = new TestPlatform(await makeGround(settings));
    try {
      await platform.start();
      return platform;
    } catch (error) {
      await platform.remove();
      throw error;
    }
  }

  get demoFile(): string {
    return join(this.ground.directory, 'demo.json');
  }

  get demo(): DemoFile {
    return readDemo(this.demoFile);
  }

  /** Everything its processes have written, over all starts. */
  get output(): string {
    return this.said + (this.child?.output() ?? '');
  }

  /** On what it left, as after a crash. Resolves when it has said that it is ready. */
  async start(): Promise<void> {
    const child = this.launch();
    this.child = child;
    await until(
      'the platform to be ready',
      () => child.output().includes('ready in') || (child.isRunning() ? null : 'ended'),
      startMs,
    );
    if (!child.isRunning()) throw new Error(`The platform ended at once: ${child.output()}`);
  }

  /** The same program once more, e.g. to see what it says of settings that are wrong. */
  launch(settings: NodeJS.ProcessEnv = {}): Child {
    return run(launcher, [], { ...this.ground.environment, ...settings });
  }

  /** Process ids by name. The embedded platform is one process, `launcher`. */
  processes(): Record<string, number> {
    const pid = this.child?.process.pid;
    const own = pid === undefined ? {} : { launcher: pid };
    const file = join(this.ground.directory, 'processes.json');
    if (mode === 'embedded' || !existsSync(file)) return own;
    return { ...(JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>), ...own };
  }

  /** Ends one process without warning. All but the launcher are started again by it. */
  kill(name: string): void {
    const pid = this.processes()[name];
    if (pid === undefined) throw new Error(`No process is called ${name}`);
    process.kill(pid, 'SIGKILL');
  }

  /** Waits until every process of a launcher that was killed is gone, and starts the platform again. */
  async restart(): Promise<void> {
    const pids = Object.values(this.processes());
    await until('the old processes to end', () => !pids.some(isAlive));
    await this.close();
    await this.start();
  }

  /** @returns the exit code */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (this.child?.isRunning()) this.child.process.kill(signal);
    return this.close();
  }

  async remove(): Promise<void> {
    await this.stop();
    await this.ground.remove();
  }

  private async close(): Promise<number | null> {
    const { child } = this;
    if (!child) return null;
    const code = await child.exitCode;
    this.said += child.output();
    this.child = null;
    return code;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
