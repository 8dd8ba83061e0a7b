import { refId, type KeyRef, type WrappedKey, type WrappedKeyStore } from './wrapped-key-store';

/** A table of wrapped keys as a database keeps it: one row per ref, the first insert wins. */
export class MemoryKeyStore implements WrappedKeyStore {
  readonly rows = new Map<string, WrappedKey>();
  finds = 0;

  constructor(readonly isTransactional = false) {}

  async find(refs: readonly KeyRef[]): Promise<WrappedKey[]> {
    this.finds += 1;
    await Promise.resolve();
    return refs.flatMap((ref) => this.rows.get(refId(ref)) ?? []);
  }

  async insert(key: WrappedKey): Promise<'inserted' | 'exists'> {
    await Promise.resolve();
    if (this.rows.has(refId(key))) return 'exists';
    this.rows.set(refId(key), key);
    return 'inserted';
  }

  shred(ref: KeyRef): void {
    this.rows.set(refId(ref), { ...ref, version: 1, wrapped: null });
  }
}
