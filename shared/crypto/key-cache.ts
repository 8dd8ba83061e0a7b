import { type KeyObject } from 'node:crypto';

/** A key ready for use; a KeyObject shows nothing of itself when logged. `key` is null once destroyed. */
export interface LoadedKey {
  readonly version: number;
  readonly key: KeyObject | null;
}

/** Least recently used keys leave first; every key leaves after its time. */
export class KeyCache {
  private readonly entries = new Map<string, { readonly loaded: LoadedKey; readonly expiresAtMs: number }>();

  constructor(
    private readonly options: { readonly ttlMs: number; readonly maxKeys: number; readonly now: () => number },
  ) {}

  get(id: string): LoadedKey | null {
    const entry = this.entries.get(id);
    if (!entry) return null;
    this.entries.delete(id);
    if (entry.expiresAtMs <= this.options.now()) return null;
    this.entries.set(id, entry); // a Map keeps the order of insertion: the last used stands last
    return entry.loaded;
  }

  set(id: string, loaded: LoadedKey): void {
    this.entries.delete(id);
    this.entries.set(id, { loaded, expiresAtMs: this.options.now() + this.options.ttlMs });
    if (this.entries.size <= this.options.maxKeys) return;
    for (const oldest of this.entries.keys()) {
      this.entries.delete(oldest);
      return;
    }
  }

  delete(id: string): void {
    this.entries.delete(id);
  }

  clear(): void {
    this.entries.clear();
  }
}
