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
import { type KeyProvider } from './key-provider';
import { open, seal } from './sealed';

const keyLength = 32;
const prefix = 'local.v1.';

/**
 * The root key is a file of 32 random bytes, mode 0600, made when it is missing. For embedded mode: whoever has the
 * file and the database has everything.
 * @throws when the file is not such a key, or when others than its owner may read it
 */
export function localKeyProvider(file: string): KeyProvider {
  const key = readKey(file) ?? createKey(file);
  return {
    wrap: async (plaintext, context) => prefix + seal(key, canonical(context), plaintext),
    unwrap: async (wrapped, context) => {
      if (!wrapped.startsWith(prefix)) throw new Error('This key was not wrapped by a local key file');
      return open(key, canonical(context), wrapped.slice(prefix.length));
    },
  };
}

function readKey(file: string): KeyObject | null {
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
    const bytes = readFileSync(descriptor);
    if (bytes.length !== keyLength) throw new Error(`A key file holds ${keyLength} bytes: ${file}`);
    return createSecretKey(bytes);
  } finally {
    closeSync(descriptor);
  }
}

/** Two processes may start at once: the link decides whose key it is, and a key is whole before it has its name. */
function createKey(file: string): KeyObject {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(8).toString('hex')}`;
  const descriptor = openSync(draft, 'wx', 0o600);
  try {
    writeFileSync(descriptor, randomBytes(keyLength));
    fsyncSync(descriptor);
    linkSync(draft, file);
    syncFolder(dirname(file));
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    closeSync(descriptor);
    rmSync(draft);
  }
  const key = readKey(file);
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
