/**
 * Tells those at work that nobody waits for the answer any more. An AbortSignal is one; the gateway makes lighter ones,
 * for one is made with every request and listened to with every fetch.
 */
export interface CancelSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** The signal and its switch in one. */
export class Cancellation implements CancelSignal {
  aborted = false;
  private readonly listeners: (() => void)[] = [];

  addEventListener(_type: 'abort', listener: () => void): void {
    this.listeners.push(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    // Listeners leave soon after they came, so the newest are looked at first.
    const position = this.listeners.lastIndexOf(listener);
    if (position >= 0) this.listeners.splice(position, 1);
  }

  abort(): void {
    if (this.aborted) return;
    this.aborted = true;
    for (const listener of [...this.listeners]) listener();
  }
}

/** For libraries that know the platform's own kind only. */
export function abortSignalOf(signal: CancelSignal | undefined): AbortSignal | undefined {
  if (signal === undefined || signal instanceof AbortSignal) return signal;
  const controller = new AbortController();
  if (signal.aborted) controller.abort();
  else signal.addEventListener('abort', () => controller.abort());
  return controller.signal;
}
