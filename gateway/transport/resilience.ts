import {
  CircuitState,
  ConsecutiveBreaker,
  ExponentialBackoff,
  circuitBreaker,
  handleWhen,
  noop,
  retry,
  wrap,
  type IPolicy,
} from 'cockatiel';
import { type CancelSignal, abortSignalOf } from './cancel-signal';

const breakAfterFailures = 8;
const halfOpenAfterMs = 3_000;

/** Retries and a circuit breaker before one subgraph. */
export class Resilience {
  private readonly breaker = circuitBreaker(
    // A caller that goes away says nothing about the subgraph's health; a deadline that passes does.
    handleWhen((error) => error.name !== 'AbortError'),
    { halfOpenAfter: halfOpenAfterMs, breaker: new ConsecutiveBreaker(breakAfterFailures) },
  );
  private readonly reading: IPolicy;
  private readonly writing = wrap(noop, this.breaker);
  /** Since a call failed, until the breaker is closed and has seen a success. */
  private isTroubled = false;

  /** @param retries further attempts of an operation that only reads */
  constructor(retries: number) {
    this.reading = wrap(retryPolicy(retries), this.breaker);
  }

  /**
   * While nothing fails, a success changes nothing of what the policies know, and is not reported to them: that costs as
   * much as the call. The first failure is handed to them as the attempt it was, and from then on they see everything.
   */
  run<T>(
    call: () => Promise<T>,
    about: { readonly isWrite: boolean; readonly signal: CancelSignal | undefined },
  ): Promise<T> {
    if (this.isTroubled) return this.runWatched(call, about);
    const first = call();
    return first.catch((error: unknown) => {
      if (error instanceof Error && error.name === 'AbortError') throw error;
      this.isTroubled = true;
      let attempt: Promise<T> | null = first;
      const again = (): Promise<T> => {
        const given = attempt ?? call();
        attempt = null;
        return given;
      };
      return this.runWatched(again, about);
    });
  }

  private async runWatched<T>(
    call: () => Promise<T>,
    { isWrite, signal }: { readonly isWrite: boolean; readonly signal: CancelSignal | undefined },
  ): Promise<T> {
    const policy = isWrite ? this.writing : this.reading;
    const result = await policy.execute(call, abortSignalOf(signal));
    this.isTroubled = this.breaker.state !== CircuitState.Closed;
    return result;
  }
}

function retryPolicy(retries: number): IPolicy {
  if (retries === 0) return noop;
  const isWorthRetrying = handleWhen(
    (error) => !['AbortError', 'TimeoutError', 'BrokenCircuitError'].includes(error.name),
  );
  // cockatiel's exponential backoff has decorrelated jitter: gateways that fail together do not come back together.
  return retry(isWorthRetrying, {
    maxAttempts: retries,
    backoff: new ExponentialBackoff({ initialDelay: 40, maxDelay: 400 }),
  });
}
