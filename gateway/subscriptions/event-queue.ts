/** A bounded queue between a listener that cannot wait and a reader that may be slow. */
export class EventQueue<Item> implements AsyncIterableIterator<Item> {
  private readonly items: Item[] = [];
  private waiting: ((result: IteratorResult<Item>) => void) | null = null;
  private isClosed = false;

  constructor(
    private readonly maxItems: number,
    private readonly onClose: () => void,
  ) {}

  /** @returns false when there is no room: the reader is too slow */
  push(item: Item): boolean {
    if (this.isClosed) return true;
    if (this.waiting) {
      const deliver = this.waiting;
      this.waiting = null;
      deliver({ done: false, value: item });
      return true;
    }
    if (this.items.length >= this.maxItems) return false;
    this.items.push(item);
    return true;
  }

  next(): Promise<IteratorResult<Item>> {
    const item = this.items.shift();
    if (item !== undefined) return Promise.resolve({ done: false, value: item });
    if (this.isClosed) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => {
      this.waiting = resolve;
    });
  }

  return(): Promise<IteratorResult<Item>> {
    if (!this.isClosed) {
      this.isClosed = true;
      this.items.length = 0;
      this.onClose();
      this.waiting?.({ done: true, value: undefined });
    }
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
