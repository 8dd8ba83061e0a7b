/** Lets so much work be done at the same time; the rest waits, first come, first served. */
export class Slots {
  private readonly waiting: (() => void)[] = [];

  constructor(private free: number) {}

  /** @returns gives the slot back, once */
  async take(): Promise<() => void> {
    if (this.free > 0) this.free--;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      const next = this.waiting.shift();
      if (next) next();
      else this.free++;
    };
  }

  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    const leave = await this.take();
    try {
      return await work();
    } finally {
      leave();
    }
  }
}
