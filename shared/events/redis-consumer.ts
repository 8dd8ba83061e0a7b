import { type Redis } from 'ioredis';
import { connectRedis } from './redis-connection';
import { type StreamReply } from './redis-keys';
import { RedisLeases } from './redis-leases';
import { RedisPartition, consumerName, type GroupParts } from './redis-partition';

const longestBlockMs = 1_000;
const restMs = 100;

/**
 * One member of a consumer group. Reads the partitions it holds a lease of: first what was handed out and never
 * acknowledged, then what is new. Partitions are handled side by side, the events of one after the other.
 */
export class RedisConsumer {
  private readonly leases: RedisLeases;
  private readonly reader: Redis;
  private readonly partitions = new Map<number, RedisPartition>();
  private heartbeat: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private balancedAt = 0;
  private hasGroups = false;
  private isClosing = false;

  constructor(private readonly parts: GroupParts) {
    this.leases = new RedisLeases(parts, parts.group);
    this.reader = connectRedis(parts.settings);
  }

  async start(): Promise<void> {
    await this.attempt(() => this.prepare());
    const renew = (): void => void this.attempt(() => this.renew());
    this.heartbeat = setInterval(renew, this.parts.settings.leaseMs / 3);
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.isClosing = true;
    this.reader.disconnect();
    await this.running;
    clearInterval(this.heartbeat);
    await this.attempt(async () => {
      for (const partition of this.partitions.keys()) await this.leases.release(partition);
      await this.leases.leave();
    });
  }

  private async run(): Promise<void> {
    while (!this.isClosing) {
      if (await this.attempt(() => this.turn())) continue;
      for (const partition of this.partitions.values()) partition.interrupt();
      this.hasGroups = false; // a Redis that came back empty has forgotten them
      await pause(restMs);
    }
  }

  private async turn(): Promise<void> {
    await this.prepare();
    const held = [...this.partitions.values()];
    if (held.length === 0) return pause(restMs);
    const now = Date.now();
    await all(held.map(async (one) => (one.dueAt !== null && one.dueAt <= now ? one.redeliver() : undefined)));
    const streams = held.map(({ stream }) => stream);
    const reply = (await this.reader.xreadgroup(
      ...(['GROUP', this.parts.group, consumerName, 'COUNT', 100, 'BLOCK', blockMs(held), 'STREAMS'] as const),
      ...streams,
      ...streams.map(() => '>'),
    )) as StreamReply;
    await all(
      (reply ?? []).map(async ([stream, entries]) => held.find((one) => one.stream === stream)?.takeNew(entries)),
    );
  }

  private async prepare(): Promise<void> {
    if (!this.hasGroups) await this.createGroups();
    this.hasGroups = true;
    if (Date.now() - this.balancedAt < this.parts.settings.leaseMs / 3) return;
    this.balancedAt = Date.now();
    await this.balance();
  }

  /** From the stream's beginning: what was published before the group's first member came is not lost to it. */
  private async createGroups(): Promise<void> {
    const { redis, keys, group } = this.parts;
    for (let partition = 0; partition < keys.partitions; partition++) {
      await redis.xgroup('CREATE', keys.stream(partition), group, '0', 'MKSTREAM').catch((error: unknown) => {
        if (!(error instanceof Error && error.message.startsWith('BUSYGROUP'))) throw error;
      });
    }
  }

  private async balance(): Promise<void> {
    const share = await this.leases.fairShare();
    for (const partition of [...this.partitions.keys()].slice(share)) {
      this.partitions.delete(partition);
      await this.leases.release(partition);
    }
    for (let partition = 0; partition < this.parts.keys.partitions && this.partitions.size < share; partition++) {
      if (this.partitions.has(partition) || !(await this.leases.take(partition))) continue;
      this.partitions.set(partition, new RedisPartition(this.parts, partition));
    }
  }

  private async renew(): Promise<void> {
    for (const partition of [...this.partitions.keys()]) {
      if (!(await this.leases.renew(partition))) this.partitions.delete(partition);
    }
  }

  /** @returns whether the work succeeded. Redis being away is a state to wait out, not a failure to pass on. */
  private async attempt(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (err) {
      if (!this.isClosing) this.parts.settings.log.warn({ err, group: this.parts.group }, 'Redis could not be reached');
      return false;
    }
  }
}

function blockMs(held: readonly RedisPartition[]): number {
  const dueTimes = held.flatMap(({ dueAt }) => dueAt ?? []);
  // BLOCK 0 would wait for ever.
  return Math.max(1, Math.min(longestBlockMs, ...dueTimes.map((dueAt) => dueAt - Date.now())));
}

/** Waits for all of them, even when one fails: nothing of a turn goes on behind the next one's back. */
async function all(work: readonly Promise<unknown>[]): Promise<void> {
  for (const result of await Promise.allSettled(work)) {
    if (result.status === 'rejected') throw result.reason;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
