/** Work that goes on after its request was answered; closing the simulator aborts it and waits for its end. */
export class Tasks {
  readonly #running = new Set<Promise<void>>();
  readonly #abort = new AbortController();

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  run(work: () => Promise<unknown>): void {
    const task: Promise<void> = work()
      .then(
        () => undefined,
        () => undefined, // only an abort gets here: work reports its own failures
      )
      .finally(() => this.#running.delete(task));
    this.#running.add(task);
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await Promise.all(this.#running);
  }
}
