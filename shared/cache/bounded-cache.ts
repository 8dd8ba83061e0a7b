/** Entries that differ greatly in size are bounded by that as well. */
export interface CacheWeight<Key> {
  readonly of: (key: Key) => number;
  /** Of all entries together. */
  readonly max: number;
}

interface Entry<Value> {
  readonly value: Value;
  /** Whether it was asked for since it was last looked at for being forgotten. */
  isUsed: boolean;
}

/**
 * A map that forgets what was not used for long: whatever a caller can name must not grow without end. What is in use
 * gets a second chance when its turn comes (the clock algorithm), so that finding something changes no order.
 */
export class BoundedCache<Key, Value> {
  private readonly entries = new Map<Key, Entry<Value>>();
  private weight = 0;

  constructor(
    private readonly maxEntries: number,
    private readonly weigh: CacheWeight<Key> | null = null,
  ) {}

  get size(): number {
    return this.entries.size;
  }

  get(key: Key): Value | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    entry.isUsed = true;
    return entry.value;
  }

  set(key: Key, value: Value): void {
    if (!this.entries.delete(key)) this.weight += this.weigh?.of(key) ?? 0;
    this.entries.set(key, { value, isUsed: false });
    for (const [oldest, entry] of this.entries) {
      if (this.isWithinBounds()) return;
      this.entries.delete(oldest);
      if (entry.isUsed && oldest !== key) this.entries.set(oldest, { value: entry.value, isUsed: false });
      else this.weight -= this.weigh?.of(oldest) ?? 0;
    }
  }

  /** Makes the value when it is not there; a `make` that throws leaves nothing behind. */
  getOrMake(key: Key, make: () => Value): Value {
    const found = this.get(key);
    if (found !== undefined) return found;
    const made = make();
    this.set(key, made);
    return made;
  }

  private isWithinBounds(): boolean {
    return this.entries.size <= this.maxEntries && (this.weigh === null || this.weight <= this.weigh.max);
  }
}
