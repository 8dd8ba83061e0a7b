import { type DataSource, type EntityManager, In, LessThan } from 'typeorm';
import { type Logger } from '#shared/logging';
import { DeadLetterRow } from './dead-letter.entity';
import { type PlatformEvent } from './envelope';
import { InboxRow } from './inbox.entity';
import { LeasedWorker } from './leased-worker';
import { claimBatch, isolationFor, type ClaimedRow } from './outbox-claim';
import { outboxHistory } from './outbox-history';
import { OutboxRow } from './outbox.entity';
import { type EventTransport, type Refusal } from './transport';

export interface OutboxRelayOptions {
  readonly dataSource: DataSource;
  readonly transport: EventTransport;
  readonly log: Logger;
  readonly clock?: () => Date;
  /** Fallback for lost wake-ups; default 1,000. */
  readonly pollMs?: number;
  /** How long events wait after a relay has died; default 5,000. */
  readonly leaseMs?: number;
  readonly batchSize?: number;
  /** Refusals after which an event goes to the dead letters; default 12, about two minutes. */
  readonly maxAttempts?: number;
  /** Wait after the first refusal; doubles with each, up to 30,000. Default 100. */
  readonly firstRetryMs?: number;
  /** How long published rows are kept, so that a stream can be filled again; default 7 days. */
  readonly retentionMs?: number;
}

const longestRetryMs = 30_000;
const cleaningMs = 60_000;
/** Rest of a row that cannot go now, for a reason that is not its own. */
const deferMs = 1_000;

/** A row that stays, and until when. */
interface Postponement {
  readonly id: string;
  readonly until: Date;
}

/**
 * Brings committed events from one database's outbox to the transport, at least once, those of an aggregate in order.
 * One relay per database is active; others wait for its lease.
 */
export class OutboxRelay {
  private readonly options: Required<OutboxRelayOptions>;
  private readonly worker: LeasedWorker;
  private cleanedAt = 0;

  constructor(options: OutboxRelayOptions) {
    this.options = {
      clock: () => new Date(),
      pollMs: 1_000,
      leaseMs: 5_000,
      batchSize: 500,
      maxAttempts: 12,
      firstRetryMs: 100,
      retentionMs: 7 * 86_400_000,
      ...options,
    };
    const { dataSource, transport, log, clock, pollMs, leaseMs, retentionMs } = this.options;
    transport.addHistory?.(outboxHistory(dataSource, retentionMs));
    const work = (holder: string): Promise<number> => this.turn(holder);
    this.worker = new LeasedWorker({ dataSource, log, clock, pollMs, leaseMs, work, name: 'outbox-relay' });
  }

  start(): void {
    this.worker.start();
  }

  /** To be called after each commit that may have stored events. */
  wake(): void {
    this.worker.wake();
  }

  /** Resolves when everything due has been handed over once more, and the lease is given back. */
  async stop(): Promise<void> {
    await this.worker.stop();
  }

  /** Committed events not yet published, and how long the oldest has been waiting. */
  async lag(): Promise<{ pending: number; oldestAgeMs: number }> {
    const repository = this.options.dataSource.getRepository(OutboxRow);
    const where = { status: In(['PENDING', 'CLAIMED']) };
    const pending = await repository.countBy(where);
    const oldest = await repository.findOne({
      where,
      order: { recordedAt: 'ASC' },
      select: { recordedAt: true, id: true },
    });
    const age = oldest ? this.options.clock().getTime() - oldest.recordedAt.getTime() : 0;
    return { pending, oldestAgeMs: Math.max(0, age) };
  }

  private async turn(holder: string): Promise<number> {
    const { dataSource, batchSize, clock, transport } = this.options;
    await this.clean();
    const batch = await claimBatch(dataSource, { holder, batchSize, deferMs, now: clock() });
    if (batch.claimed.length === 0) return batch.isFull ? 0 : this.untilNextDue();
    const events = batch.claimed.map(({ row }) => JSON.parse(row.envelope) as PlatformEvent);
    const results = await transport.publish(events);
    await this.settle(holder, batch.claimed, results);
    return results.some(({ status }) => status === 'published') ? 0 : this.untilNextDue();
  }

  private async settle(
    holder: string,
    claimed: readonly ClaimedRow[],
    results: Awaited<ReturnType<EventTransport['publish']>>,
  ): Promise<void> {
    const { dataSource, clock } = this.options;
    const now = clock();
    const published = new Map<number, string[]>();
    const retryAt = new Map<string, Date>();
    const deferred: Postponement[] = [];
    await dataSource.transaction(isolationFor(dataSource), async (manager) => {
      for (const [position, { row, aggregate }] of claimed.entries()) {
        const result = results[position] ?? { status: 'deferred' };
        if (result.status === 'published') {
          const at = (result.publishedAt ?? now).getTime();
          const ids = published.get(at) ?? [];
          published.set(at, ids);
          ids.push(row.id);
        } else if (result.status === 'refused') {
          retryAt.set(aggregate, await this.refuse(manager, row, result.refusals));
        } else deferred.push({ id: row.id, until: retryAt.get(aggregate) ?? new Date(now.getTime() + deferMs) });
      }
      for (const [at, ids] of published) await markPublished(manager, { holder, ids, at: new Date(at) });
      await postpone(manager, deferred);
    });
  }

  /** @returns when its aggregate may go on: with this event again, or without it once that is dead. */
  private async refuse(manager: EntityManager, row: OutboxRow, refusals: readonly Refusal[]): Promise<Date> {
    const { clock, firstRetryMs, maxAttempts, log } = this.options;
    const attempts = row.attempts + 1;
    const now = clock();
    if (attempts < maxAttempts) {
      const availableAt = new Date(now.getTime() + Math.min(longestRetryMs, firstRetryMs * 2 ** row.attempts));
      await manager.update(OutboxRow, { id: row.id }, { status: 'PENDING', claimedBy: null, attempts, availableAt });
      return availableAt;
    }
    const { id: eventId, organisationId, eventType, envelope } = row;
    await manager.update(OutboxRow, { id: eventId }, { status: 'DEAD', claimedBy: null, attempts });
    for (const { group, reasonCode } of refusals) {
      const letter = { group, eventId, organisationId, eventType, reasonCode, attempts, envelope, diedAt: now };
      await manager.upsert(DeadLetterRow, letter, ['group', 'eventId']);
      log.error({ eventId, eventType, group, reasonCode, attempts }, 'An event has gone to the dead letters');
    }
    return now;
  }

  /** Milliseconds until the first postponed row is due. */
  private async untilNextDue(): Promise<number> {
    const { dataSource, clock, pollMs } = this.options;
    const rows = dataSource.getRepository(OutboxRow);
    const where = { status: 'PENDING' as const };
    const next = await rows.findOne({ where, order: { availableAt: 'ASC' }, select: { id: true, availableAt: true } });
    return next ? Math.max(1, next.availableAt.getTime() - clock().getTime()) : pollMs;
  }

  private async clean(): Promise<void> {
    const { dataSource, clock, retentionMs } = this.options;
    const now = clock().getTime();
    if (now - this.cleanedAt < cleaningMs) return;
    this.cleanedAt = now;
    const published = { status: 'PUBLISHED' as const, publishedAt: LessThan(new Date(now - retentionMs)) };
    await dataSource.getRepository(OutboxRow).delete(published);
    // Twice as long, so that an event replayed from a kept outbox row still meets its inbox row.
    await dataSource.getRepository(InboxRow).delete({ handledAt: LessThan(new Date(now - 2 * retentionMs)) });
  }
}

async function markPublished(
  manager: EntityManager,
  { holder, ids, at }: { holder: string; ids: readonly string[]; at: Date },
): Promise<void> {
  const mine = { id: In(ids), status: 'CLAIMED' as const, claimedBy: holder };
  await manager.update(OutboxRow, mine, { status: 'PUBLISHED', claimedBy: null, publishedAt: at });
}

async function postpone(manager: EntityManager, rows: readonly Postponement[]): Promise<void> {
  for (const { id, until } of rows) {
    await manager.update(OutboxRow, { id }, { status: 'PENDING', claimedBy: null, availableAt: until });
  }
}
