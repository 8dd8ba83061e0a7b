import { type Logger, silentLogger } from '#shared/logging';
import { aggregateKey, partitionOf } from './aggregate';
import { type EventType } from './catalogue';
import { type PlatformEvent } from './envelope';
import { handleInContext, reasonCodeOf } from './handling';
import { InProcessTail } from './in-process-tail';
import { type EventHandler, type EventTransport, type PublishResult, type Refusal } from './transport';

interface Member {
  readonly types: ReadonlySet<string>;
  readonly handler: EventHandler;
}

type Delivery = 'handled' | 'held' | { readonly reasonCode: string };

export interface InProcessTransportOptions {
  readonly log?: Logger;
  /** How many aggregates one group handles at the same time. */
  readonly concurrency?: number;
}

/**
 * Hands events to handlers in the same process.
 *
 * Durability: an event counts as published only when the handler of every subscribed group has succeeded, or when it
 * has gone to the dead letters. Until then its outbox row stays, and the relay brings it again: after a failure to all
 * groups, after a crash likewise. Groups that had handled it already find it in their inbox, so it takes effect once.
 * Nothing is kept for groups that are not there yet: subscribe before the relays start.
 * Replays reach back over a restart: the outboxes keep what was published, and when.
 */
export function inProcessTransport(options: InProcessTransportOptions = {}): EventTransport {
  return new InProcessTransport(options);
}

class InProcessTransport implements EventTransport {
  private readonly groups = new Map<string, Member[]>();
  private readonly follower: InProcessTail;
  /** Every relay's batch passes each group in turn, so that two of them never run in the same aggregate. */
  private readonly lastPass = new Map<string, Promise<unknown>>();
  private readonly log: Logger;
  private readonly concurrency: number;
  private isClosed = false;

  constructor({ log = silentLogger, concurrency = 8 }: InProcessTransportOptions) {
    this.log = log;
    this.concurrency = concurrency;
    this.follower = new InProcessTail(log);
  }

  async publish(batch: readonly PlatformEvent[]): Promise<readonly PublishResult[]> {
    if (this.isClosed) return batch.map(() => ({ status: 'deferred' }));
    const groups = [...this.groups.keys()];
    const passes = await Promise.all(groups.map((group) => this.inTurn(group, () => this.pass(group, batch))));
    const results = batch.map((_, position) =>
      summarise(
        groups,
        passes.map((deliveries) => deliveries[position]),
      ),
    );
    const told = this.follower.tell(batch.filter((_, position) => results[position]?.status === 'published'));
    return results.map((result) => {
      const publishedAt = result.status === 'published' ? told.shift() : undefined;
      return publishedAt ? { status: 'published', publishedAt } : result;
    });
  }

  subscribe(
    group: string,
    types: readonly EventType[],
    handler: EventHandler,
  ): ReturnType<EventTransport['subscribe']> {
    const member: Member = { types: new Set(types), handler };
    this.groups.set(group, [...(this.groups.get(group) ?? []), member]);
    const stop = async (): Promise<void> => {
      const others = (this.groups.get(group) ?? []).filter((other) => other !== member);
      if (others.length > 0) this.groups.set(group, others);
      else this.groups.delete(group);
      await this.lastPass.get(group);
    };
    return Promise.resolve({ stop });
  }

  tail(...[listener]: Parameters<EventTransport['tail']>): () => void {
    return this.follower.add(listener);
  }

  position(): string {
    return this.follower.position();
  }

  replay(...[after, options]: Parameters<EventTransport['replay']>): ReturnType<EventTransport['replay']> {
    return this.follower.replay(after, options);
  }

  addHistory(...[history]: Parameters<NonNullable<EventTransport['addHistory']>>): void {
    this.follower.addHistory(history);
  }

  isFollowing(): boolean {
    return !this.isClosed;
  }

  health(): ReturnType<EventTransport['health']> {
    return Promise.resolve({ status: this.isClosed ? 'down' : 'up' });
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all(this.lastPass.values());
    this.follower.close();
    this.groups.clear();
  }

  private inTurn<T>(group: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.lastPass.get(group) ?? Promise.resolve()).then(work);
    this.lastPass.set(group, turn);
    return turn;
  }

  /** One group, one batch: aggregates side by side, the events of each one after the other. Never rejects. */
  private async pass(group: string, batch: readonly PlatformEvent[]): Promise<Delivery[]> {
    const deliveries = batch.map((): Delivery => 'handled');
    const lanes = Array.from({ length: this.concurrency }, (): number[] => []);
    batch.forEach((event, position) => lanes[partitionOf(aggregateKey(event), this.concurrency)]?.push(position));
    await Promise.all(
      lanes.map(async (positions) => {
        const stuck = new Set<string>();
        for (const position of positions) {
          const event = batch[position];
          if (!event) continue;
          const key = aggregateKey(event);
          const delivery = stuck.has(key) ? 'held' : await this.deliver(group, event);
          if (delivery !== 'handled') stuck.add(key);
          deliveries[position] = delivery;
        }
      }),
    );
    return deliveries;
  }

  private async deliver(group: string, event: PlatformEvent): Promise<Delivery> {
    const members = (this.groups.get(group) ?? []).filter(({ types }) => types.has(event.type));
    const member = members[partitionOf(aggregateKey(event), members.length || 1)];
    if (!member) return 'handled';
    try {
      await handleInContext(group, member.handler, event);
      return 'handled';
    } catch (err) {
      this.log.warn(
        { err, group, eventId: event.id, eventType: event.type },
        'A handler failed; the event comes again',
      );
      return { reasonCode: reasonCodeOf(err) };
    }
  }
}

function summarise(groups: readonly string[], outcomes: readonly (Delivery | undefined)[]): PublishResult {
  const refusals = outcomes.flatMap((outcome, position): Refusal[] =>
    typeof outcome === 'object' ? [{ group: groups[position] ?? '', reasonCode: outcome.reasonCode }] : [],
  );
  if (refusals.length > 0) return { status: 'refused', refusals };
  return { status: outcomes.includes('held') ? 'deferred' : 'published' };
}
