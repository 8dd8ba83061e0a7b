import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** Within this time a repeated signal is the same one: a terminal sends Ctrl-C to npm and to us, and npm passes its own on. */
const sameSignalMs = 1_000;
/** Tells stop-with-parent.cjs whose child it is in: the child's own children load it too. */
const parentVariable = 'SA_PLATFORM_PARENT';

/**
 * Runs `node …args` and waits for it. The child has a process group of its own and hears a signal once, from us; one
 * that comes later means that somebody has lost patience, and ends it at once. If we are killed outright the child is
 * told to stop (stop-with-parent.cjs), so that no server is left behind on its port.
 * @param {string[]} args
 * @param {{ env?: Record<string, string | undefined> }} [options] `env` is laid over this process's environment
 * @returns {Promise<number>} the exit code; 128 + the signal's number when a signal ended it
 */
export function runNode(args, { env = {} } = {}) {
  const child = spawn(process.execPath, ['--require', `${import.meta.dirname}/stop-with-parent.cjs`, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    detached: true,
    env: { ...process.env, ...env, [parentVariable]: String(process.pid) },
  });
  let firstAt = 0;
  const forward = (signal) => {
    const at = Date.now();
    if (firstAt === 0) child.kill(signal);
    else if (at - firstAt > sameSignalMs) child.kill('SIGKILL');
    firstAt ||= at;
  };
  for (const signal of signals) process.on(signal, forward);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      for (const name of signals) process.off(name, forward);
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}
