import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const stopMs = 5_000;

/** Says something and waits for the answer. One question at a time. */
export function ask<Answer>(child: ChildProcess, question: object): Promise<Answer> {
  const answer = heard<Answer>(child);
  child.send(question);
  return answer;
}

/** The next message of a process. @throws {Error} when it ends instead */
export async function heard<Message>(child: ChildProcess): Promise<Message> {
  const ended = new AbortController();
  const end = (): void => ended.abort();
  child.once('exit', end);
  try {
    const [message] = (await once(child, 'message', { signal: ended.signal })) as [Message];
    return message;
  } catch (cause) {
    throw new Error('A process of the bench has ended', { cause });
  } finally {
    child.off('exit', end);
  }
}

/** Asks it to end, and ends it after some seconds. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  if (child.connected) child.disconnect();
  else child.kill('SIGTERM');
  if (await Promise.race([exited.then(() => true), pause(stopMs, false, { ref: false })])) return;
  child.kill('SIGKILL');
  await exited;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
