import { type Actor } from '#shared/auth';
import { DomainError } from '#shared/errors';
import {
  type RateLimitPolicy,
  type RateLimitState,
  type RateLimitSubject,
  type RateLimiter,
} from '#shared/rate-limits';
import { networkOf } from './network-address';

/** Points per window. An operation takes as many as it costs, and at least one. */
export interface RateLimits {
  readonly windowSeconds: number;
  /** Of one client within one organisation, whoever its users are. */
  readonly client: number;
  readonly user: number;
  readonly organisation: number;
  /** Of one network address, for callers without a token. */
  readonly address: number;
}

/** About 6,500 views of a big page in a minute for one person: what no person and few programs need. */
export const defaultRateLimits: RateLimits = {
  windowSeconds: 60,
  client: 5_000_000,
  user: 1_000_000,
  organisation: 20_000_000,
  address: 1_000_000,
};

export interface RatedCaller {
  readonly actor: Actor | null;
  /** As the socket or a trusted proxy tells it. */
  readonly address: string;
}

type Headers = Readonly<Record<string, string>>;
type Subjects = readonly [RateLimitSubject, ...RateLimitSubject[]];
type PolicyName = Exclude<keyof RateLimits, 'windowSeconds'>;

/** The caller has spent what one of the policies gives. Its headers belong into the answer. */
export class RateLimitedError extends DomainError {
  constructor(
    state: RateLimitState,
    readonly headers: Headers,
  ) {
    super('RATE_LIMITED', `The rate limit of this ${state.policy.name} is spent`, {
      details: { policy: state.policy.name, retryAfterSeconds: state.resetSeconds },
    });
  }
}

const noHeaders: Headers = {};

/**
 * What parsing and validating costs, for documents that are refused: the worst of them keep a processor busy for 50
 * microseconds per character.
 */
export function costOfRefusal(sourceLength: number): number {
  return 10 + Math.ceil(sourceLength / 10);
}

/** Holds every caller to the rate limits of whom it speaks for. The platform's own services are not limited. */
export class CallerRates {
  private readonly policies: Readonly<Record<PolicyName, RateLimitPolicy>>;
  /** The texts of `RateLimit-Policy`, by the names in them: there are few combinations. */
  private readonly policyHeaders = new Map<string, string>();

  constructor(
    limits: RateLimits,
    private readonly limiter: RateLimiter,
  ) {
    const policy = (name: PolicyName): RateLimitPolicy => {
      return { name, points: limits[name], windowSeconds: limits.windowSeconds };
    };
    this.policies = {
      client: policy('client'),
      user: policy('user'),
      organisation: policy('organisation'),
      address: policy('address'),
    };
  }

  /**
   * @returns headers for the answer (draft-ietf-httpapi-ratelimit-headers-10): `RateLimit-Policy` with all that apply,
   * `RateLimit` with the one nearest to its end
   * @throws {RateLimitedError} and charges nothing
   */
  charge(caller: RatedCaller, points: number): Headers {
    const subjects = this.subjectsOf(caller);
    if (!subjects) return noHeaders;
    const state = this.limiter.charge(subjects, Math.max(1, points));
    const headers = {
      'ratelimit-policy': this.policyHeader(subjects),
      ratelimit: `"${state.policy.name}";r=${String(state.remainingPoints)};t=${String(state.resetSeconds)}`,
    };
    if (state.isAllowed) return headers;
    throw new RateLimitedError(state, { ...headers, 'retry-after': String(state.resetSeconds) });
  }

  /** A client that has a rate of its own is counted by requests, whatever they cost. @throws {RateLimitedError} */
  countRequest({ actor }: RatedCaller): void {
    const points = actor?.limits?.requestsPerMinute ?? null;
    if (!actor || points === null || actor.clientId === null) return;
    const policy = { name: 'client-requests', points, windowSeconds: 60 };
    const state = this.limiter.charge([{ policy, key: `${actor.organisationId}:${actor.clientId}` }], 1);
    if (state.isAllowed) return;
    throw new RateLimitedError(state, {
      'ratelimit-policy': `"${policy.name}";q=${String(points)};w=${String(policy.windowSeconds)}`,
      ratelimit: `"${policy.name}";r=0;t=${String(state.resetSeconds)}`,
      'retry-after': String(state.resetSeconds),
    });
  }

  private subjectsOf({ actor, address }: RatedCaller): Subjects | null {
    const { client, user, organisation } = this.policies;
    if (!actor) return [{ policy: this.policies.address, key: networkOf(address) }];
    if (actor.kind === 'service') return null;
    const { organisationId, clientId, userId } = actor;
    return [
      { policy: organisation, key: organisationId },
      ...(clientId === null ? [] : [{ policy: client, key: `${organisationId}:${clientId}` }]),
      ...(userId === null ? [] : [{ policy: user, key: userId }]),
    ];
  }

  private policyHeader(subjects: Subjects): string {
    const names = subjects.map(({ policy }) => policy.name).join();
    const known = this.policyHeaders.get(names);
    if (known !== undefined) return known;
    const header = subjects
      .map(({ policy: { name, points, windowSeconds } }) => `"${name}";q=${String(points)};w=${String(windowSeconds)}`)
      .join(', ');
    this.policyHeaders.set(names, header);
    return header;
  }
}
