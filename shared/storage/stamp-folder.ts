import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Region, RegionMismatchError } from '#shared/region';

const stampName = 'region';

/**
 * Makes the folder of an object store say whose objects it keeps.
 * @throws {RegionMismatchError} when it says another region, or holds buckets and says nothing; nothing is written then
 */
export function stampFolder(directory: string, wanted: Region): void {
  const found = readStamp(directory);
  if (found === wanted) return;
  const isNew = found === null && !hasBuckets(directory);
  if (!isNew) throw new RegionMismatchError({ kind: 'bucket', name: directory, found, wanted });
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(join(directory, stampName), wanted, { mode: 0o600 });
}

function readStamp(directory: string): string | null {
  return unlessMissing(() => readFileSync(join(directory, stampName), 'utf8').trim(), null);
}

function hasBuckets(directory: string): boolean {
  return unlessMissing(() => readdirSync(directory).some((name) => name.startsWith('bucket-')), false);
}

function unlessMissing<T>(read: () => T, missing: T): T {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return missing;
    throw error;
  }
}
