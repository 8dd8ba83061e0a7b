interface Reader<Item> {
  readonly resolve: (result: IteratorResult<Item>) => void;
  readonly reject: (error: unknown) => void;
}

/** A bounded queue between a listener that cannot wait and a reader that may be slow. */
export class EventQueue<Item> implements AsyncIterableIterator<Item> {
  private items: Item[] = [];
  private waiting: Reader<Item> | null = null;
  private isClosed = false;
  private failure: { readonly error: Error } | null = null;

  constructor(
    private readonly maxItems: number,
    private readonly onClose: () => void,
  ) {}

  /** Whether the reader has had everything and waits for more. */
  get isIdle(): boolean {
    return this.waiting !== null;
  }

  /** @returns false when there is no room: the reader is too slow */
  push(item: Item): boolean {
    if (this.isClosed) return true;
    if (this.waiting) {
      this.take().resolve({ done: false, value: item });
      return true;
    }
    if (this.items.length >= this.maxItems) return false;
    this.items.push(item);
    return true;
  }

  next(): Promise<IteratorResult<Item>> {
    const item = this.items.shift();
    if (item !== undefined) return Promise.resolve({ done: false, value: item });
    if (this.failure) {
      const { error } = this.failure;
      this.failure = null;
      return Promise.reject(error);
    }
    if (this.isClosed) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
    });
  }

  /** Ends with an error, and without what waits. */
  fail(error: Error): void {
    if (this.isClosed) return;
    if (this.waiting) this.take().reject(error);
    else this.failure = { error };
    this.close();
  }

  return(): Promise<IteratorResult<Item>> {
    if (!this.isClosed) this.close();
    if (this.waiting) this.take().resolve({ done: true, value: undefined });
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private take(): Reader<Item> {
    const { waiting } = this;
    if (!waiting) throw new Error('Nobody reads');
    this.waiting = null;
    return waiting;
  }

  private close(): void {
    this.isClosed = true;
    this.items = [];
    this.onClose();
  }
}
