import { aggregateKey } from './aggregate';
import { type PlatformEvent } from './envelope';
import { handleInContext, reasonCodeOf } from './handling';
import { type RedisParts } from './redis-connection';
import { type StreamEntry, type StreamReply } from './redis-keys';
import { type EventHandler } from './transport';

export interface GroupParts extends RedisParts {
  readonly group: string;
  readonly types: ReadonlySet<string>;
  readonly handler: EventHandler;
}

/**
 * The one name every consumer of a group bears. The lease lets one process at a time use it per partition, so that a
 * successor finds what its dead predecessor left unacknowledged as its own, in order. (A name per process would need
 * XAUTOCLAIM to hand entries over, and leave a name behind with every restart.)
 */
export const consumerName = 'active';

const longestRetryMs = 30_000;
const chunk = 100;

/** One partition as read by one group, while this process holds its lease. */
export class RedisPartition {
  readonly stream: string;
  /** Aggregates with entries that wait for a retry, and when that is due (ms since the epoch). */
  private readonly stuck = new Map<string, number>();
  private hasUnread = true;

  constructor(
    private readonly parts: GroupParts,
    readonly number: number,
  ) {
    this.stream = parts.keys.stream(number);
  }

  /** When unacknowledged entries are to be tried again; null when there are none. */
  get dueAt(): number | null {
    if (this.hasUnread) return 0;
    return this.stuck.size > 0 ? Math.min(...this.stuck.values()) : null;
  }

  /** A read has failed: entries may have been handed to us that never arrived. */
  interrupt(): void {
    this.hasUnread = true;
  }

  /** Takes what was handed out before and not acknowledged, oldest first. */
  async redeliver(): Promise<void> {
    const { redis, group } = this.parts;
    const startedAt = Date.now();
    this.hasUnread = false;
    for (let after = '0'; ;) {
      const reply = (await redis.xreadgroup(
        ...(['GROUP', group, consumerName, 'COUNT', chunk, 'STREAMS', this.stream, after] as const),
      )) as StreamReply;
      const entries = reply?.[0]?.[1] ?? [];
      await this.takeAll(entries, (aggregate) => (this.stuck.get(aggregate) ?? 0) > startedAt);
      const last = entries.at(-1);
      if (!last) return;
      after = last[0];
    }
  }

  /** Takes new entries; those behind an earlier one of their aggregate stay unacknowledged until that is done. */
  async takeNew(entries: readonly StreamEntry[]): Promise<void> {
    await this.takeAll(entries, (aggregate) => this.stuck.has(aggregate));
  }

  private async takeAll(entries: readonly StreamEntry[], isHeld: (aggregate: string) => boolean): Promise<void> {
    const done: string[] = [];
    try {
      for (const [entryId, fields] of entries) {
        const event = fields?.[1] === undefined ? null : (JSON.parse(fields[1]) as PlatformEvent);
        // Without fields it has been trimmed from the stream before anybody took it: the outbox still has it.
        const isOurs = event !== null && this.parts.types.has(event.type);
        if (isOurs && isHeld(aggregateKey(event))) continue;
        if (!isOurs || (await this.take(entryId, event))) done.push(entryId);
      }
    } finally {
      if (done.length > 0) await this.acknowledge(done);
    }
  }

  /** @returns whether the entry is done with: handled, or dead. */
  private async take(entryId: string, event: PlatformEvent): Promise<boolean> {
    const { redis, keys, group, handler } = this.parts;
    try {
      await handleInContext(group, handler, event);
    } catch (err) {
      const deliveries = await redis.hincrby(keys.failures(this.number, group), entryId, 1);
      if (!(await this.fail(event, { err, deliveries }))) return false;
    }
    this.stuck.delete(aggregateKey(event));
    return true;
  }

  private async acknowledge(entryIds: readonly string[]): Promise<void> {
    const { redis, keys, group } = this.parts;
    await redis.xack(this.stream, group, ...entryIds);
    await redis.hdel(keys.failures(this.number, group), ...entryIds);
  }

  /** @returns whether it was the last attempt. */
  private async fail(
    event: PlatformEvent,
    { err, deliveries }: { err: unknown; deliveries: number },
  ): Promise<boolean> {
    const { settings, redis, keys, group } = this.parts;
    const { log, maxDeliveries, firstRetryMs, maxEntries } = settings;
    const facts = { err, group, eventId: event.id, eventType: event.type, deliveries };
    if (deliveries < maxDeliveries) {
      log.warn(facts, 'A handler failed; the event comes again');
      const waitMs = Math.min(longestRetryMs, firstRetryMs * 2 ** (deliveries - 1));
      this.stuck.set(aggregateKey(event), Date.now() + waitMs);
      return false;
    }
    log.error(facts, 'An event has gone to the dead letters');
    const letter = { event: JSON.stringify(event), group, reasonCode: reasonCodeOf(err), deliveries };
    await redis.xadd(keys.deadLetters, 'MAXLEN', '~', maxEntries, '*', ...Object.entries(letter).flat());
    return true;
  }
}
