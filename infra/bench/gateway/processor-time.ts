import { readFileSync, readdirSync, writeFileSync } from 'node:fs';

/** USER_HZ is 100 on every architecture that Node runs on. */
const msPerTick = 10;

/** Processor time, user and system, that the processes have used so far, in milliseconds (proc(5)). */
export function processorMs(pids: readonly number[]): number {
  return pids.reduce((total, pid) => {
    const fields = statFields(pid);
    return total + (Number(fields[11]) + Number(fields[12])) * msPerTick;
  }, 0);
}

/** Peak of resident memory since `forgetPeak`, in megabytes. */
export function peakMegabytes(pids: readonly number[]): number {
  return pids.reduce((total, pid) => {
    const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1];
    return total + Number(kilobytes ?? 0) / 1024;
  }, 0);
}

export function forgetPeak(pids: readonly number[]): void {
  for (const pid of pids) writeFileSync(`/proc/${String(pid)}/clear_refs`, '5');
}

/** A process and all that it has started: a command's wrapper, and the gateway itself. */
export function familyOf(pid: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .flatMap((child) => parentOf(child).map((parent) => ({ child, parent })));
  const family = [pid];
  // Grows while it is walked: children are looked up after their parents.
  for (const member of family) {
    family.push(...parents.filter(({ parent }) => parent === member).map(({ child }) => child));
  }
  return family;
}

/** Empty for one that has ended meanwhile. */
function parentOf(pid: number): number[] {
  try {
    return [Number(statFields(pid)[1])];
  } catch {
    return [];
  }
}

/** From field 3 on: the name in field 2 may hold blanks, so count from its closing bracket. */
function statFields(pid: number): string[] {
  const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
