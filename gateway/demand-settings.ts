import { setting } from '#shared/config';
import { type RateLimits, type RequestLimits, defaultLimits, defaultRateLimits } from './limits';
import { type OverloadLimits, defaultOverloadLimits } from './overload';
import { type SubscriptionLimits, defaultSubscriptionLimits } from './subscriptions';

const { cost: defaultCost, batch: defaultBatch } = defaultLimits;
const billion = 1_000_000_000;

/** Less than one operation may cost would refuse operations for ever. */
const points = (fallback: number) => setting.integer({ min: 1_000, max: billion, fallback });

const many = (fallback: number) => setting.integer({ min: 1, max: 1_000_000, fallback });

/** What callers may ask for at once and in a while, and when the gateway has too much to do. */
export const demandSettings = {
  /** Greatest cost of one operation, by `@cost` and `@listSize`. */
  COST_BUDGET: setting.integer({ min: 1, max: billion, fallback: defaultCost }),
  /** Operations in one request, as a list; 0 takes single ones only. */
  MAX_BATCH: setting.integer({ min: 0, max: 10, fallback: defaultBatch }),
  RATE_LIMITS: setting.onOff(true),
  RATE_LIMIT_WINDOW_SECONDS: setting.integer({ min: 1, max: 86_400, fallback: defaultRateLimits.windowSeconds }),
  /** Cost per window, of one client in one organisation, of one person, of an organisation, of an anonymous address. */
  RATE_LIMIT_CLIENT: points(defaultRateLimits.client),
  RATE_LIMIT_USER: points(defaultRateLimits.user),
  RATE_LIMIT_ORGANISATION: points(defaultRateLimits.organisation),
  RATE_LIMIT_ADDRESS: points(defaultRateLimits.address),
  /** Requests that are answered at the same time. */
  MAX_IN_FLIGHT: setting.integer({ min: 1, max: 100_000, fallback: defaultOverloadLimits.inFlight }),
  /** How long a turn of the event loop may take, again and again, before requests are shed. */
  MAX_TURN_MS: setting.integer({ min: 10, max: 60_000, fallback: defaultOverloadLimits.turnMs }),
  /** WebSockets and event streams: of this process, of one organisation, of one person or client. */
  MAX_SOCKETS: many(defaultSubscriptionLimits.sockets),
  MAX_SOCKETS_PER_ORGANISATION: many(defaultSubscriptionLimits.socketsPerOrganisation),
  MAX_SOCKETS_PER_SUBJECT: many(defaultSubscriptionLimits.socketsPerSubject),
  /** Of this process, and on one socket. */
  MAX_SUBSCRIPTIONS: many(defaultSubscriptionLimits.subscriptions),
  MAX_SUBSCRIPTIONS_PER_SOCKET: many(defaultSubscriptionLimits.subscriptionsPerSocket),
};

type DemandSettings = {
  readonly [Name in keyof typeof demandSettings]: ReturnType<(typeof demandSettings)[Name]['parse']>;
};

export interface DemandConfig {
  readonly limits: RequestLimits;
  readonly rateLimits: RateLimits | null;
  readonly overload: OverloadLimits;
  readonly subscriptionLimits: SubscriptionLimits;
}

export function demandConfig(settings: DemandSettings): DemandConfig {
  return {
    limits: { ...defaultLimits, cost: settings.COST_BUDGET, batch: settings.MAX_BATCH },
    rateLimits: settings.RATE_LIMITS
      ? {
          windowSeconds: settings.RATE_LIMIT_WINDOW_SECONDS,
          client: settings.RATE_LIMIT_CLIENT,
          user: settings.RATE_LIMIT_USER,
          organisation: settings.RATE_LIMIT_ORGANISATION,
          address: settings.RATE_LIMIT_ADDRESS,
        }
      : null,
    overload: { inFlight: settings.MAX_IN_FLIGHT, turnMs: settings.MAX_TURN_MS },
    subscriptionLimits: {
      ...defaultSubscriptionLimits,
      sockets: settings.MAX_SOCKETS,
      socketsPerOrganisation: settings.MAX_SOCKETS_PER_ORGANISATION,
      socketsPerSubject: settings.MAX_SOCKETS_PER_SUBJECT,
      subscriptions: settings.MAX_SUBSCRIPTIONS,
      subscriptionsPerSocket: settings.MAX_SUBSCRIPTIONS_PER_SOCKET,
    },
  };
}
