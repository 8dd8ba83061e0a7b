import { Redis } from 'ioredis';
import { type Logger } from '#shared/logging';
import { type RedisKeys } from './redis-keys';

export interface RedisStreamsOptions {
  readonly url: string;
  /** Begins every key, so that platforms can share one Redis. */
  readonly prefix: string;
  /** How many aggregates one group handles at the same time. Fixed once events flow: it decides where each one lies. */
  readonly partitions: number;
  readonly log?: Logger;
  /** Deliveries after which an event goes to the dead-letter stream; default 12, about two minutes. */
  readonly maxDeliveries?: number;
  /** Wait after the first failure; doubles with each, up to 30,000. Default 100. */
  readonly firstRetryMs?: number;
  /** How long a partition waits after its consumer has died. More than a handler ever takes; default 10,000. */
  readonly leaseMs?: number;
  /** Entries kept per partition, approximately. Older ones can be filled in again from the outboxes. */
  readonly maxEntries?: number;
}

export type RedisSettings = Required<RedisStreamsOptions>;

/** What the transport's parts share. */
export interface RedisParts {
  readonly settings: RedisSettings;
  readonly keys: RedisKeys;
  /** For commands that do not wait. */
  readonly redis: Redis;
}

/**
 * A connection that tries for ever to come back and fails its commands meanwhile. Commands are never sent again by the
 * driver: a repeated read would skip what the first one had already been handed.
 */
export function connectRedis(settings: RedisSettings): Redis {
  const redis = new Redis(settings.url, {
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (attempt) => Math.min(2_000, 50 * 2 ** Math.min(attempt, 6)),
  });
  redis.on('error', (err: unknown) => {
    settings.log.warn({ err }, 'Redis is away');
  });
  return redis;
}
