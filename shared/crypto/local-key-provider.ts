import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { type Region, RegionMismatchError } from '#shared/region';
import { type KeyProvider } from './key-provider';
import { open, seal } from './sealed';

const keyLength = 32;
const prefix = 'local.v1.';

/** Stands before the bytes of the key: a copied file still says whose it is. */
const markPattern = /^region=([A-Z]{2,8})\n/;

/**
 * The root key is a file of 32 random bytes, mode 0600, made when it is missing. For embedded mode: whoever has the
 * file and the database has everything.
 * @param region the file is marked with it when it is made, and must be marked with it when it is there
 * @throws when the file is not such a key, or when others than its owner may read it
 * @throws {RegionMismatchError} when it is another region's, or does not say whose
 */
export function localKeyProvider(file: string, region: Region | null = null): KeyProvider {
  const key = readKey(file, region) ?? createKey(file, region);
  return {
    wrap: async (plaintext, context) => prefix + seal(key, canonical(context), plaintext),
    unwrap: async (wrapped, context) => {
      if (!wrapped.startsWith(prefix)) throw new Error('This key was not wrapped by a local key file');
      return open(key, canonical(context), wrapped.slice(prefix.length));
    },
  };
}

function readKey(file: string, region: Region | null): KeyObject | null {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
  try {
    // Windows has no such bits: every file looks open to all there.
    const isOpenToOthers = process.platform !== 'win32' && (fstatSync(descriptor).mode & 0o077) !== 0;
    if (isOpenToOthers) throw new Error(`The key file must be readable by its owner only (chmod 600): ${file}`);
    return createSecretKey(keyIn(readFileSync(descriptor), file, region));
  } finally {
    closeSync(descriptor);
  }
}

function keyIn(content: Buffer, file: string, wanted: Region | null): Buffer {
  const [mark = '', found = null] = markPattern.exec(content.toString('latin1', 0, content.length - keyLength)) ?? [];
  const key = content.subarray(mark.length);
  if (key.length !== keyLength) throw new Error(`A key file holds ${keyLength} bytes: ${file}`);
  if (wanted !== null && found !== wanted) throw new RegionMismatchError({ kind: 'key', name: file, found, wanted });
  return key;
}

/** Two processes may start at once: the link decides whose key it is, and a key is whole before it has its name. */
function createKey(file: string, region: Region | null): KeyObject {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(8).toString('hex')}`;
  const descriptor = openSync(draft, 'wx', 0o600);
  try {
    const mark = region === null ? '' : `region=${region}\n`;
    writeFileSync(descriptor, Buffer.concat([Buffer.from(mark), randomBytes(keyLength)]));
    fsyncSync(descriptor);
    linkSync(draft, file);
    syncFolder(dirname(file));
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    closeSync(descriptor);
    rmSync(draft);
  }
  const key = readKey(file, region);
  if (!key) throw new Error(`The key file has vanished: ${file}`);
  return key;
}

/** A lost root key loses everything under it, so its name must survive a power cut too. */
function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function canonical(context: Record<string, string>): string {
  return JSON.stringify(Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function hasCode(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code === code;
}
