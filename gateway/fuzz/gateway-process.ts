import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Credentials } from './requests';

/** Memory in bytes. */
interface State {
  readonly rss: number;
  readonly heapUsed: number;
  /** So far. */
  readonly longestTurnMs: number;
}

/** Whoever leaks dies of it. */
const execArgv = ['--expose-gc', '--max-old-space-size=320'];

type Started = Credentials & { readonly url: string };

/** The gateway that is fuzzed, seen from outside. */
export class GatewayProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    readonly credentials: Credentials,
  ) {}

  static async start(): Promise<GatewayProcess> {
    const file = join(process.cwd(), 'dist', 'gateway', 'fuzz', 'gateway-process.fixture.js');
    const child = fork(file, { execArgv, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const ended = once(child, 'exit').then(() => Promise.reject(new Error('The gateway to be fuzzed did not start')));
    const [{ url, ...credentials }] = await Promise.race([once(child, 'message') as Promise<[Started]>, ended]);
    ended.catch(() => undefined);
    return new GatewayProcess(child, url, credentials);
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** After a garbage collection. */
  async state(): Promise<State> {
    this.child.send('state');
    const [state] = (await once(this.child, 'message')) as [State];
    return state;
  }

  async stop(): Promise<void> {
    const exited = once(this.child, 'exit');
    this.child.disconnect();
    await exited;
  }
}
