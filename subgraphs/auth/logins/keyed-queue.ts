import { DomainError } from '#shared/errors';

interface Line {
  length: number;
  last: Promise<unknown>;
}

/** Runs work one after the other per key; work of different keys runs side by side. */
export class KeyedQueue {
  private readonly lines = new Map<string, Line>();

  constructor(private readonly maxWaiting: number) {}

  /** @throws {DomainError} RATE_LIMITED when too many are waiting for the same key already */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const line = this.lines.get(key) ?? { length: 0, last: Promise.resolve() };
    if (line.length >= this.maxWaiting)
      throw new DomainError('RATE_LIMITED', 'Too many attempts at once: try again shortly');
    const mine = line.last.then(work, work);
    line.length += 1;
    line.last = mine;
    this.lines.set(key, line);
    try {
      return await mine;
    } finally {
      line.length -= 1;
      if (line.length === 0) this.lines.delete(key);
    }
  }
}
