import { type Redis } from 'ioredis';
import { silentLogger } from '#shared/logging';
import { aggregateKey, partitionOf } from './aggregate';
import { type EventType } from './catalogue';
import { type PlatformEvent } from './envelope';
import { connectRedis, type RedisParts, type RedisSettings, type RedisStreamsOptions } from './redis-connection';
import { RedisConsumer } from './redis-consumer';
import { redisKeys, type RedisKeys } from './redis-keys';
import { RedisTail } from './redis-tail';
import { type EventHandler, type EventTransport, type PublishResult, type Subscription } from './transport';

/**
 * Events over Redis Streams, partitioned by aggregate. While Redis is away nothing is lost: `publish` defers, the
 * outboxes keep their rows, and consumers go on where they were once it is back.
 */
export function redisStreamsTransport(options: RedisStreamsOptions): EventTransport {
  return new RedisStreamsTransport({
    log: silentLogger,
    maxDeliveries: 12,
    firstRetryMs: 100,
    leaseMs: 10_000,
    maxEntries: 200_000,
    ...options,
  });
}

class RedisStreamsTransport implements EventTransport {
  private readonly keys: RedisKeys;
  private readonly redis: Redis;
  private readonly consumers = new Set<RedisConsumer>();
  private readonly follower: RedisTail;

  constructor(private readonly settings: RedisSettings) {
    this.keys = redisKeys(settings.prefix, settings.partitions);
    this.redis = connectRedis(settings);
    this.follower = new RedisTail(this.parts());
  }

  async publish(batch: readonly PlatformEvent[]): Promise<readonly PublishResult[]> {
    const results = batch.map((): PublishResult => ({ status: 'deferred' }));
    const lanes = new Map<number, number[]>();
    for (const [position, event] of batch.entries()) {
      const partition = partitionOf(aggregateKey(event), this.keys.partitions);
      lanes.set(partition, [...(lanes.get(partition) ?? []), position]);
    }
    const append = async ([partition, positions]: [number, number[]]): Promise<void> => {
      const events = positions.flatMap((position) => batch[position] ?? []);
      if (!(await this.append(partition, events))) return;
      for (const position of positions) results[position] = { status: 'published' };
    };
    await Promise.all([...lanes].map(append));
    return results;
  }

  async subscribe(group: string, types: readonly EventType[], handler: EventHandler): Promise<Subscription> {
    const consumer = new RedisConsumer({ ...this.parts(), group, types: new Set<string>(types), handler });
    this.consumers.add(consumer);
    await consumer.start();
    const stop = async (): Promise<void> => {
      this.consumers.delete(consumer);
      await consumer.stop();
    };
    return { stop };
  }

  tail(...[listener]: Parameters<EventTransport['tail']>): () => void {
    return this.follower.add(listener);
  }

  position(): string | null {
    return this.follower.position();
  }

  replay(...[after, options]: Parameters<EventTransport['replay']>): ReturnType<EventTransport['replay']> {
    return this.follower.replay(after, options);
  }

  isFollowing(): boolean {
    return this.follower.isFollowing();
  }

  async health(): ReturnType<EventTransport['health']> {
    try {
      await this.redis.ping();
      return { status: 'up' };
    } catch {
      return { status: 'down' }; // why, the connection's own error handler has logged
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.consumers].map((consumer) => consumer.stop()));
    await this.follower.close();
    this.redis.disconnect();
  }

  private parts(): RedisParts {
    return { settings: this.settings, keys: this.keys, redis: this.redis };
  }

  /** All or none, so that an aggregate's later event is never in the stream without the earlier one. */
  private async append(partition: number, events: readonly PlatformEvent[]): Promise<boolean> {
    const { maxEntries, log } = this.settings;
    const stream = this.keys.stream(partition);
    const transaction = this.redis.multi();
    for (const event of events)
      transaction.xadd(stream, 'MAXLEN', '~', maxEntries, '*', 'event', JSON.stringify(event));
    try {
      const replies = await transaction.exec();
      return replies?.every(([error]) => error === null) ?? false;
    } catch (err) {
      log.warn({ err, partition, events: events.length }, 'Events could not be published; the outbox keeps them');
      return false;
    }
  }
}
