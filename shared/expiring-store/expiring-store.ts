/** Texts by key that go away by themselves: sessions of browsers, and claims on doing something once. */
export interface ExpiringStore {
  put(key: string, text: string, ttlMs: number): Promise<void>;
  /** Reads a text and begins its time anew. Null when there is none (any more). */
  touch(key: string, ttlMs: number): Promise<string | null>;
  /** Puts another text in place of one that is still there. @returns whether there was one */
  replace(key: string, text: string, ttlMs: number): Promise<boolean>;
  /** @returns true for the first to ask within that time, whichever process it is */
  claim(key: string, ttlMs: number): Promise<boolean>;
  remove(key: string): Promise<void>;
  close(): Promise<void>;
}
