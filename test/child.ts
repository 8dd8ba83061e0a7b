import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export const root = join(__dirname, '..');

/** A started program: what it says, how it ends. */
export interface Child {
  readonly process: ChildProcess;
  /** Everything it has written so far. */
  readonly output: () => string;
  readonly isRunning: () => boolean;
  /** Null when a signal ended it. */
  readonly exitCode: Promise<number | null>;
}

/** Jest runs the sources, but programs run what is compiled: so compile what has changed. */
export function build(): void {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'infra/scripts/build.mjs')], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

/**
 * Starts `node dist/<file>`. It stops by itself when this process is gone, so that a test run that was killed leaves
 * nothing behind.
 * @param file e.g. `infra/case/main.js`
 */
export function run(file: string, args: readonly string[], environment: NodeJS.ProcessEnv): Child {
  const guard = join(root, 'infra/scripts/stop-with-parent.cjs');
  const child = spawn(process.execPath, ['--require', guard, join(root, 'dist', file), ...args], {
    cwd: root,
    env: { ...environment, SA_PLATFORM_PARENT: String(process.pid) },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  return {
    process: child,
    output: () => output,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    exitCode: once(child, 'close').then(([code]) => code as number | null),
  };
}

/**
 * Asks again until there is an answer. An error is no answer yet: what is asked may be restarting.
 * @throws {Error} naming what it waited for, with the last error as its cause
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  patienceMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + patienceMs;
  let cause: unknown;
  while (Date.now() < deadline) {
    try {
      const found = await look();
      if (found !== null && found !== undefined && found !== false) return found;
    } catch (error) {
      cause = error;
    }
    await pause(50);
  }
  throw new Error(`Waited ${String(patienceMs / 1_000)} s for ${what}`, { cause });
}
