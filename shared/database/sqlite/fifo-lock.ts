/** One holder at a time, in the order of asking. */
export class FifoLock {
  private last: Promise<void> = Promise.resolve();

  /** @returns what gives the lock to the next in line, once it is this caller's turn. */
  async acquire(): Promise<() => void> {
    const before = this.last;
    const { promise, resolve } = deferred();
    this.last = promise;
    await before;
    return resolve;
  }
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
