import { type DataSource, type EntityManager, In } from 'typeorm';
import { idTransformer } from '#shared/tables';
import { OutboxRow } from './outbox.entity';

export interface ClaimedRow {
  readonly row: OutboxRow;
  readonly aggregate: string;
}

interface ClaimOptions {
  readonly holder: string;
  readonly batchSize: number;
  /** How long rows that wait for an earlier one of their aggregate are left alone. */
  readonly deferMs: number;
  readonly now: Date;
}

export interface ClaimedBatch {
  readonly claimed: readonly ClaimedRow[];
  /** There were as many rows due as a batch holds: there may be more. */
  readonly isFull: boolean;
}

/** REPEATABLE READ would lock the gaps where producers insert. SQLite knows one level only. */
export function isolationFor(dataSource: DataSource): 'READ COMMITTED' | 'SERIALIZABLE' {
  return dataSource.options.type === 'mysql' ? 'READ COMMITTED' : 'SERIALIZABLE';
}

/**
 * Claims the rows that are due and may go: those with no earlier unpublished row of their aggregate outside the batch.
 * Rows are found by state, never by "id greater than the last one", which would lose those that commit late.
 */
export function claimBatch(dataSource: DataSource, options: ClaimOptions): Promise<ClaimedBatch> {
  return dataSource.transaction(isolationFor(dataSource), async (manager) => {
    await reclaim(manager);
    const due = await findDue(manager, options);
    const heads = await findHeads(manager, due);
    const { ready, held } = splitReady(due, heads);
    if (held.length > 0) {
      const availableAt = new Date(options.now.getTime() + options.deferMs);
      await manager.update(OutboxRow, { id: In(held.map(({ id }) => id)) }, { availableAt });
    }
    if (ready.length > 0) {
      const claim = { status: 'CLAIMED' as const, claimedBy: options.holder };
      await manager.update(OutboxRow, { id: In(ready.map(({ id }) => id)) }, claim);
    }
    return {
      claimed: ready.map((row) => ({ row, aggregate: aggregateOf(row) })),
      isFull: due.length === options.batchSize,
    };
  });
}

/**
 * A turn begins with nothing in hand, so whatever is claimed was left behind: by a relay that has died, or by a turn
 * that failed half-way. Whether it was published cannot be known, so it goes again (at least once).
 */
async function reclaim(manager: EntityManager): Promise<void> {
  await manager.update(OutboxRow, { status: 'CLAIMED' }, { status: 'PENDING', claimedBy: null });
}

async function findDue(manager: EntityManager, { batchSize, now }: ClaimOptions): Promise<OutboxRow[]> {
  const query = manager
    .createQueryBuilder(OutboxRow, 'outbox')
    .where('outbox.status = :status AND outbox.availableAt <= :now', { status: 'PENDING', now })
    .orderBy('outbox.availableAt')
    .addOrderBy('outbox.id')
    .limit(batchSize);
  const isMysql = manager.dataSource.options.type === 'mysql';
  return (isMysql ? query.setLock('pessimistic_write').setOnLocked('skip_locked') : query).getMany();
}

/** The lowest unpublished sequence number of each aggregate. */
async function findHeads(manager: EntityManager, due: readonly OutboxRow[]): Promise<Map<string, number>> {
  if (due.length === 0) return new Map();
  const rows = await manager
    .createQueryBuilder(OutboxRow, 'outbox')
    .select('outbox.organisationId', 'organisation')
    .addSelect('outbox.aggregateType', 'aggregateType')
    .addSelect('outbox.aggregateId', 'aggregateId')
    .addSelect('MIN(outbox.sequence)', 'sequence')
    .where({
      organisationId: In(distinct(due, ({ organisationId }) => organisationId)),
      aggregateType: In(distinct(due, ({ aggregateType }) => aggregateType)),
      aggregateId: In(distinct(due, ({ aggregateId }) => aggregateId)),
      status: In(['PENDING', 'CLAIMED']),
    })
    .groupBy('outbox.organisationId')
    .addGroupBy('outbox.aggregateType')
    .addGroupBy('outbox.aggregateId')
    .getRawMany<{ organisation: unknown; aggregateType: string; aggregateId: string; sequence: number | string }>();
  const organisationIds = idTransformer('org');
  return new Map(
    rows.map(({ organisation, aggregateType, aggregateId, sequence }) => {
      const organisationId = String(organisationIds.from(organisation));
      return [aggregateOf({ organisationId, aggregateType, aggregateId }), Number(sequence)];
    }),
  );
}

function distinct(rows: readonly OutboxRow[], pick: (row: OutboxRow) => string): string[] {
  return [...new Set(rows.map(pick))];
}

/** Keeps the order of the rows as they were found, and within each aggregate that of the sequence numbers. */
function splitReady(
  due: readonly OutboxRow[],
  heads: ReadonlyMap<string, number>,
): { ready: OutboxRow[]; held: OutboxRow[] } {
  const queues = new Map<string, OutboxRow[]>();
  for (const row of [...due].sort((one, other) => one.sequence - other.sequence)) {
    const queue = queues.get(aggregateOf(row)) ?? [];
    queue.push(row);
    queues.set(aggregateOf(row), queue);
  }
  const next = new Map(heads);
  const ready: OutboxRow[] = [];
  const held: OutboxRow[] = [];
  for (const aggregate of due.map(aggregateOf)) {
    const row = queues.get(aggregate)?.shift();
    if (!row) continue;
    const isNext = next.get(aggregate) === row.sequence;
    if (isNext) next.set(aggregate, row.sequence + 1);
    (isNext ? ready : held).push(row);
  }
  return { ready, held };
}

type Aggregate = Pick<OutboxRow, 'organisationId' | 'aggregateType' | 'aggregateId'>;

function aggregateOf({ organisationId, aggregateType, aggregateId }: Aggregate): string {
  return `${organisationId}:${aggregateType}:${aggregateId}`;
}
