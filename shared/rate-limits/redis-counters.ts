import { Redis } from 'ioredis';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import { type Logger } from '#shared/logging';
import { type SharedCounters } from './shared-counters';

export interface RedisCountersOptions {
  readonly url: string;
  /** Begins every key, so that platforms can share one Redis. */
  readonly prefix: string;
  readonly log: Logger;
}

const commandTimeoutMs = 1_000;

/** Counters in Redis, one key per subject, gone when its window ends. Commands fail at once while Redis is away. */
export function redisCounters({ url, prefix, log }: RedisCountersOptions): SharedCounters {
  const redis = new Redis(url, {
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    commandTimeout: commandTimeoutMs,
    retryStrategy: (attempt) => Math.min(2_000, 50 * 2 ** Math.min(attempt, 6)),
  });
  redis.on('error', (err: unknown) => {
    log.debug({ err }, 'Redis is away');
  });
  const limiter = new RateLimiterRedis({
    storeClient: redis,
    keyPrefix: `${prefix}:rate`,
    rejectIfRedisNotReady: true,
    // Only the sums are its work: the limits are those of `RateLimiter`.
    points: Number.MAX_SAFE_INTEGER,
    duration: 1,
  });
  return {
    add: async (key, points, windowSeconds) => {
      const { consumedPoints, msBeforeNext } = await limiter.penalty(key, points, { customDuration: windowSeconds });
      return { points: consumedPoints, endsInMs: msBeforeNext };
    },
    close: async () => {
      await redis.quit().catch(() => {
        redis.disconnect();
      });
    },
  };
}
