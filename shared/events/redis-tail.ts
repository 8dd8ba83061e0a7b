import { type Redis } from 'ioredis';
import { type PlatformEvent } from './envelope';
import { notifyListeners } from './handling';
import { connectRedis, type RedisParts } from './redis-connection';
import { type StreamEntry, type StreamReply } from './redis-keys';

const blockMs = 2_000;

/** Reads every partition from now on, without a group, and tells all listeners. One connection, while anybody listens. */
export class RedisTail {
  private readonly listeners = new Set<(event: PlatformEvent) => void>();
  private reader: Redis | null = null;
  private running: Promise<void> = Promise.resolve();

  /** Publishing goes over `parts.redis` too: positions asked for there come before whatever is published later. */
  constructor(private readonly parts: RedisParts) {}

  add(listener: (event: PlatformEvent) => void): () => void {
    const own = (event: PlatformEvent): void => {
      listener(event);
    };
    this.listeners.add(own);
    if (!this.reader) this.start();
    return () => {
      this.listeners.delete(own);
      if (this.listeners.size === 0) this.stop();
    };
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
  }

  private async follow(reader: Redis, firstEnds: Promise<Map<string, string>>): Promise<void> {
    let positions = await firstEnds.catch(() => null);
    while (this.reader === reader) {
      try {
        positions ??= await this.findEnds();
        const reply = (await reader.xread(
          ...(['COUNT', 500, 'BLOCK', blockMs, 'STREAMS', ...positions.keys(), ...positions.values()] as const),
        )) as StreamReply;
        for (const [key, entries] of reply ?? []) positions.set(key, this.tell(entries));
      } catch (err) {
        if (this.reader !== reader) return;
        this.parts.settings.log.warn({ err }, 'Following the events was interrupted; it goes on where it was');
        await pause(200);
      }
    }
  }

  /** @returns the id of the last entry. */
  private tell(entries: readonly StreamEntry[]): string {
    for (const [, fields] of entries) {
      if (fields?.[1] === undefined) continue;
      notifyListeners(this.listeners, JSON.parse(fields[1]) as PlatformEvent, this.parts.settings.log);
    }
    return entries.at(-1)?.[0] ?? '$';
  }

  private async findEnds(): Promise<Map<string, string>> {
    const streams = Array.from({ length: this.parts.keys.partitions }, (_, partition) =>
      this.parts.keys.stream(partition),
    );
    const ends = streams.map(async (stream): Promise<[string, string]> => {
      const [last] = await this.parts.redis.xrevrange(stream, '+', '-', 'COUNT', 1);
      return [stream, last?.[0] ?? '0'];
    });
    return new Map(await Promise.all(ends));
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
