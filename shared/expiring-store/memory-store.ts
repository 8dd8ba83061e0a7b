import { type ExpiringStore } from './expiring-store';

interface Entry {
  readonly text: string;
  readonly endsAt: number;
}

interface MemoryStoreOptions {
  /** Above it what was put first is forgotten. */
  readonly maxEntries?: number;
  /** A clock in milliseconds. */
  readonly now?: () => number;
}

/** In this process alone, and gone with it. */
export function memoryStore({ maxEntries = 10_000, now = Date.now }: MemoryStoreOptions = {}): ExpiringStore {
  const entries = new Map<string, Entry>();
  const find = (key: string): Entry | null => {
    const entry = entries.get(key);
    if (entry && entry.endsAt > now()) return entry;
    entries.delete(key);
    return null;
  };
  const put = (key: string, text: string, ttlMs: number): void => {
    entries.delete(key);
    entries.set(key, { text, endsAt: now() + ttlMs });
    if (entries.size <= maxEntries) return;
    for (const known of [...entries.keys()]) find(known);
    for (const oldest of entries.keys()) {
      if (entries.size <= maxEntries) return;
      entries.delete(oldest);
    }
  };
  return {
    put: async (key, text, ttlMs) => put(key, text, ttlMs),
    touch: async (key, ttlMs) => {
      const found = find(key);
      if (found) put(key, found.text, ttlMs);
      return found?.text ?? null;
    },
    replace: async (key, text, ttlMs) => {
      if (!find(key)) return false;
      put(key, text, ttlMs);
      return true;
    },
    claim: async (key, ttlMs) => {
      if (find(key)) return false;
      put(key, '', ttlMs);
      return true;
    },
    remove: async (key) => {
      entries.delete(key);
    },
    close: async () => entries.clear(),
  };
}
