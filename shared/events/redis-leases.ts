import { randomUUID } from 'node:crypto';
import { type RedisParts } from './redis-connection';

const renewScript = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) else return 0 end`;
const releaseScript = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) else return 0 end`;

/** Which of a group's partitions this member reads: a fair share of them, one member per partition. */
export class RedisLeases {
  private readonly member = randomUUID();

  constructor(
    private readonly parts: RedisParts,
    private readonly group: string,
  ) {}

  /** How many partitions this member may have, so that each live member has about as many. */
  async fairShare(): Promise<number> {
    const { redis, keys, settings } = this.parts;
    const members = keys.members(this.group);
    const now = Date.now();
    await redis.zadd(members, now + settings.leaseMs, this.member);
    await redis.zremrangebyscore(members, '-inf', now);
    return Math.ceil(keys.partitions / Math.max(1, await redis.zcard(members)));
  }

  async take(partition: number): Promise<boolean> {
    const { redis, settings } = this.parts;
    return (await redis.set(this.key(partition), this.member, 'PX', settings.leaseMs, 'NX')) === 'OK';
  }

  /** @returns whether it was still ours. */
  async renew(partition: number): Promise<boolean> {
    const { redis, settings } = this.parts;
    return (await redis.eval(renewScript, 1, this.key(partition), this.member, settings.leaseMs)) === 1;
  }

  async release(partition: number): Promise<void> {
    await this.parts.redis.eval(releaseScript, 1, this.key(partition), this.member);
  }

  async leave(): Promise<void> {
    await this.parts.redis.zrem(this.parts.keys.members(this.group), this.member);
  }

  private key(partition: number): string {
    return this.parts.keys.lease(partition, this.group);
  }
}
