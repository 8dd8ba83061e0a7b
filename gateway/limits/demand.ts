import { type CallerRates, type RatedCaller, RateLimitedError, costOfRefusal } from './caller-rates';
import { assertWithinBudget } from './cost-budget';
import { type RequestLimits } from './request-limits';

type Headers = Readonly<Record<string, string>>;

/** Why a request is refused, and what its answer says of the caller's rate limits. */
export interface Refusal {
  readonly failure: unknown;
  readonly headers: Headers;
}

const noHeaders: Headers = {};

/** What callers may ask for: so much at once, and so much in a while. Every way into the gateway leads past it. */
export class Demand {
  /** @param rates null when nobody is held to a rate */
  constructor(
    private readonly limits: RequestLimits,
    private readonly rates: CallerRates | null,
  ) {}

  /**
   * Charges an operation before it runs.
   * @returns headers for its answer
   * @throws {DomainError} LIMIT_EXCEEDED when it costs too much
   * @throws {RateLimitedError}
   */
  admit(caller: RatedCaller, cost: number): Headers {
    assertWithinBudget(cost, { limits: this.limits, clientId: caller.actor?.clientId ?? null });
    this.rates?.countRequest(caller);
    return this.rates?.charge(caller, cost) ?? noHeaders;
  }

  /**
   * Charges what a live operation takes after it was admitted.
   * @param points none when nothing is to be paid for
   * @throws {RateLimitedError}
   */
  charge(caller: RatedCaller, points: number): void {
    if (points > 0) this.rates?.charge(caller, points);
  }

  /**
   * Charges what finding out cost, so that refusals cannot be had without end.
   * @param sourceLength of the document, as far as it was looked at
   */
  refuse(caller: RatedCaller, failure: unknown, sourceLength: number): Refusal {
    if (failure instanceof RateLimitedError) return { failure, headers: failure.headers };
    try {
      this.rates?.countRequest(caller);
      return { failure, headers: this.rates?.charge(caller, costOfRefusal(sourceLength)) ?? noHeaders };
    } catch (limited) {
      if (!(limited instanceof RateLimitedError)) throw limited;
      return { failure: limited, headers: limited.headers };
    }
  }
}
