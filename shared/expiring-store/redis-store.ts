import { Redis } from 'ioredis';
import { type Logger } from '#shared/logging';
import { type ExpiringStore } from './expiring-store';

export interface RedisStoreOptions {
  readonly url: string;
  /** Begins every key, so that platforms can share one Redis. */
  readonly prefix: string;
  readonly log: Logger;
}

const commandTimeoutMs = 1_000;

/** In Redis, for all processes of a platform. Commands fail at once while Redis is away. */
export function redisStore({ url, prefix, log }: RedisStoreOptions): ExpiringStore {
  const redis = new Redis(url, {
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    commandTimeout: commandTimeoutMs,
    keyPrefix: `${prefix}:expiring:`,
    retryStrategy: (attempt) => Math.min(2_000, 50 * 2 ** Math.min(attempt, 6)),
  });
  redis.on('error', (err: unknown) => {
    log.debug({ err }, 'Redis is away');
  });
  return {
    put: async (key, text, ttlMs) => {
      await redis.set(key, text, 'PX', ttlMs);
    },
    touch: (key, ttlMs) => redis.getex(key, 'PX', ttlMs),
    replace: async (key, text, ttlMs) => (await redis.set(key, text, 'PX', ttlMs, 'XX')) === 'OK',
    claim: async (key, ttlMs) => (await redis.set(key, '', 'PX', ttlMs, 'NX')) === 'OK',
    remove: async (key) => {
      await redis.del(key);
    },
    close: async () => {
      await redis.quit().catch(() => {
        redis.disconnect();
      });
    },
  };
}
