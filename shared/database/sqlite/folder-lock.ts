import { randomUUID } from 'node:crypto';
import { constants, accessSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const fileName = 'instance.lock';

/** Databases this process has open, by folder: its seven subgraphs share one lock. */
const openCounts = new Map<string, number>();

/**
 * Keeps a folder of databases for this process. SQLite would let a second process in, but two of them would wait for
 * each other with their event loops stopped, and each has its own relay and timers.
 * @returns what gives it back.
 * @throws {Error} of one line when the folder cannot be written to or another live process has it.
 */
export function lockFolder(directory: string): () => void {
  const count = openCounts.get(directory) ?? 0;
  if (count === 0) {
    prepareFolder(directory);
    takeLock(directory);
  }
  openCounts.set(directory, count + 1);
  return () => {
    giveBack(directory);
  };
}

function giveBack(directory: string): void {
  const left = (openCounts.get(directory) ?? 1) - 1;
  openCounts.set(directory, left);
  if (left > 0) return;
  openCounts.delete(directory);
  rmSync(join(directory, fileName), { force: true });
}

function prepareFolder(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new Error(`The data folder ${directory} cannot be written to (${codeOf(cause)})`, { cause });
  }
}

function takeLock(directory: string): void {
  const path = join(directory, fileName);
  const own = identityOf(process.pid);
  for (let attempt = 0; attempt < 3; attempt++) {
    if (create(path, own)) return;
    const holder = read(path);
    if (holder !== null && isAlive(holder)) {
      const [pid = ''] = holder.split(' ');
      throw new Error(`Another instance (process ${pid}) is using the data folder ${directory}`);
    }
    if (holder !== null) removeStale(path, holder);
  }
  throw new Error(`The lock file ${path} cannot be taken over`);
}

function create(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx' });
    return true;
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return false;
    throw new Error(`The lock file ${path} cannot be written (${codeOf(cause)})`, { cause });
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null; // its owner has just given it back
  }
}

/** Moves the file aside before removing it, so that a lock taken by somebody else in the meantime is seen and put back. */
function removeStale(path: string, holder: string): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch {
    return; // another process was quicker
  }
  if (read(aside) === holder) rmSync(aside, { force: true });
  else renameSync(aside, path);
}

/** In a container every start may have the same pid, so a lock that bears our own is a crashed predecessor's. */
function isAlive(holder: string): boolean {
  const pid = Number.parseInt(holder, 10);
  if (!Number.isInteger(pid) || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) !== 'EPERM') return false;
  }
  return identityOf(pid) === holder;
}

/** The pid and, where the kernel tells it, the process's start: pids are used again, after a reboot above all. */
function identityOf(pid: number): string {
  const stat = read(`/proc/${String(pid)}/stat`);
  // proc(5): field 22 is starttime; the name in field 2 may hold blanks, so count from its closing bracket.
  const startedAt = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  return startedAt === undefined ? String(pid) : `${String(pid)} ${startedAt}`;
}

function codeOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code ?? 'unknown';
}
