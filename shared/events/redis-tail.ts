import { type Redis } from 'ioredis';
import { DomainError } from '#shared/errors';
import { notifyListeners } from './handling';
import { RecentEvents } from './recent-events';
import { connectRedis, type RedisParts } from './redis-connection';
import { RedisHistory, readEntry } from './redis-history';
import { type StreamEntry, type StreamReply } from './redis-keys';
import { type ReplayPage, type ReplaySource, replay } from './replay';
import {
  type EntryId,
  type StreamPositions,
  beginning,
  cursorOf,
  formatEntryId,
  isAfter,
  isAhead,
  parseEntryId,
  positionsOf,
} from './stream-positions';
import { type ReplayOptions, type TailListener, type TailedEvent } from './transport';

/** Short, because silence is how a lost broker is noticed. */
const blockMs = 400;
/** News older than this is no news: the answer after the last one is overdue (two blocks, and the way). */
const silenceMs = 900;
const entriesPerRead = 500;
const recentEvents = 5_000;
/** How long a replay waits for a broker that is away, or for a tail that lags behind another gateway's. */
const patienceMs = 5_000;

interface ToldEvent extends TailedEvent {
  readonly partition: number;
  readonly id: EntryId;
}

/** Reads every partition from now on, without a group, and tells all listeners. One connection, while anybody listens. */
export class RedisTail implements ReplaySource<StreamPositions> {
  private readonly listeners = new Set<TailListener>();
  private readonly recent: RecentEvents<ToldEvent>;
  private readonly history: RedisHistory;
  private reader: Redis | null = null;
  private running: Promise<void> = Promise.resolve();
  private upToDateAtMs = -Infinity;
  /** Up to where listeners have been told; null until the ends of the streams are known. */
  private told: EntryId[] | null = null;
  /** All that was told after these is remembered. */
  private rememberedFrom: EntryId[] = [];
  private readonly waiting = new Set<() => void>();

  /** Publishing goes over `parts.redis` too: positions asked for there come before whatever is published later. */
  constructor(private readonly parts: RedisParts) {
    this.history = new RedisHistory(parts);
    this.recent = new RecentEvents(recentEvents, ({ partition, id }) => {
      this.rememberedFrom[partition] = id;
    });
  }

  add(listener: TailListener): () => void {
    const own: TailListener = (event, cursor) => {
      listener(event, cursor);
    };
    this.listeners.add(own);
    if (!this.reader) this.start();
    return () => {
      this.listeners.delete(own);
      if (this.listeners.size === 0) this.stop();
    };
  }

  isFollowing(): boolean {
    return this.reader !== null && performance.now() - this.upToDateAtMs < silenceMs;
  }

  position(): string | null {
    return this.told && cursorOf(this.told);
  }

  async *replay(after: string, options: ReplayOptions): AsyncGenerator<TailedEvent> {
    const start = positionsOf(after, this.parts.keys.partitions);
    // A replay is measured by the tail, so there has to be one.
    const leave = this.add(() => undefined);
    try {
      yield* replay(this, start, options);
    } finally {
      leave();
    }
  }

  recentAfter(position: StreamPositions): ReplayPage<StreamPositions> | null {
    const { told } = this;
    if (!told || isAhead(position, told) || isAhead(this.rememberedFrom, position)) return null;
    const events = this.recent.filter(({ partition, id }) => isAfter(id, position[partition] ?? beginning));
    return { events, position: [...told] };
  }

  async readHistory(position: StreamPositions): Promise<ReplayPage<StreamPositions>> {
    if (!this.told) await this.nextTurn();
    const until = [...this.rememberedFrom];
    try {
      const page = await this.history.page({ after: position, until });
      // What another gateway has told already and this one has not.
      if (this.told && isAhead(page.position, this.told)) await this.nextTurn();
      return page;
    } catch (cause) {
      if (cause instanceof DomainError) throw cause;
      throw unavailable(cause);
    }
  }

  async close(): Promise<void> {
    this.listeners.clear();
    this.stop();
    await this.running;
  }

  private start(): void {
    const reader = connectRedis(this.parts.settings);
    this.reader = reader;
    this.running = this.follow(reader, this.findEnds());
  }

  private stop(): void {
    this.reader?.disconnect();
    this.reader = null;
    this.upToDateAtMs = -Infinity;
    this.told = null;
    this.recent.clear();
  }

  private async follow(reader: Redis, firstEnds: Promise<EntryId[]>): Promise<void> {
    const first = await firstEnds.catch(() => null);
    if (first && this.reader === reader) this.beginAt(first);
    while (this.reader === reader) {
      try {
        if (this.told) await this.read(reader, this.told);
        else await this.findBeginning(reader);
        for (const go of this.waiting) go();
      } catch (err) {
        if (this.reader !== reader) return;
        this.parts.settings.log.warn({ err }, 'Following the events was interrupted; it goes on where it was');
        await pause(200);
      }
    }
  }

  private async findBeginning(reader: Redis): Promise<void> {
    const ends = await this.findEnds();
    if (this.reader === reader) this.beginAt(ends);
  }

  private beginAt(ends: EntryId[]): void {
    this.told = ends;
    this.rememberedFrom = [...ends];
    this.upToDateAtMs = performance.now();
  }

  private async read(reader: Redis, told: EntryId[]): Promise<void> {
    const streams = told.map((_, partition) => this.parts.keys.stream(partition));
    const askedAtMs = performance.now();
    const reply = (await reader.xread(
      ...(['COUNT', entriesPerRead, 'BLOCK', blockMs, 'STREAMS'] as const),
      ...streams,
      ...told.map(formatEntryId),
    )) as StreamReply;
    // Another reader has begun meanwhile, and knows better where.
    if (this.told !== told) return;
    for (const [key, entries] of reply ?? []) this.tell(told, streams.indexOf(key), entries);
    const hasMore = (reply ?? []).some(([, entries]) => entries.length === entriesPerRead);
    // An answer may have been long on its way: what it leaves out may have happened right after the question.
    if (!hasMore) this.upToDateAtMs = askedAtMs;
  }

  private tell(told: EntryId[], partition: number, entries: readonly StreamEntry[]): void {
    for (const entry of entries) {
      const { id, event } = readEntry(entry);
      told[partition] = id;
      if (event) this.tellEvent({ event, partition, id, cursor: cursorOf(told) });
    }
  }

  private tellEvent(told: ToldEvent): void {
    this.recent.add(told);
    notifyListeners(this.listeners, told, this.parts.settings.log);
  }

  /** Resolves when the tail has read once more. @throws {DomainError} UPSTREAM_UNAVAILABLE */
  private nextTurn(): Promise<void> {
    return new Promise((resolve, reject) => {
      const go = (): void => {
        clearTimeout(timer);
        this.waiting.delete(go);
        resolve();
      };
      const timer = setTimeout(() => {
        this.waiting.delete(go);
        reject(unavailable(null));
      }, patienceMs);
      this.waiting.add(go);
    });
  }

  private async findEnds(): Promise<EntryId[]> {
    const { keys, redis } = this.parts;
    const ends = Array.from({ length: keys.partitions }, async (_, partition) => {
      const [last] = await redis.xrevrange(keys.stream(partition), '+', '-', 'COUNT', 1);
      return last ? parseEntryId(last[0]) : beginning;
    });
    return Promise.all(ends);
  }
}

function unavailable(cause: unknown): DomainError {
  return new DomainError('UPSTREAM_UNAVAILABLE', 'What has happened cannot be read at the moment', { cause });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
