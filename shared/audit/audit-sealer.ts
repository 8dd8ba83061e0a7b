import { type DataSource, type EntityManager, IsNull, Not } from 'typeorm';
import { LeasedWorker } from '#shared/events';
import { idBytes } from '#shared/ids';
import { type Logger } from '#shared/logging';
import { AuditBatch } from './audit-batch.entity';
import { AuditHead } from './audit-head.entity';
import { batchHash, genesisHash, merkleRoot } from './audit-hashes';
import { AuditIntake } from './audit-intake.entity';

export interface AuditSealerOptions {
  readonly dataSource: DataSource;
  readonly log: Logger;
  readonly clock?: () => Date;
  /** Longest time a record stays unsealed while the sealer is alive; default 1,000. */
  readonly pollMs?: number;
  /** How long records wait after a sealer has died; default 5,000. */
  readonly leaseMs?: number;
  /** Records per transaction; default 1,000. */
  readonly batchSize?: number;
}

/** Gives audit records their sequence numbers and chains them, one sealer per database at a time. */
export class AuditSealer {
  private readonly options: Required<AuditSealerOptions>;
  private readonly worker: LeasedWorker;

  constructor(options: AuditSealerOptions) {
    this.options = { clock: () => new Date(), pollMs: 1_000, leaseMs: 5_000, batchSize: 1_000, ...options };
    const { dataSource, log, clock, pollMs, leaseMs } = this.options;
    const work = async (): Promise<number> => ((await this.sealBatch()) < this.options.batchSize ? pollMs : 0);
    this.worker = new LeasedWorker({ dataSource, log, clock, pollMs, leaseMs, work, name: 'audit-sealer' });
  }

  start(): void {
    this.worker.start();
  }

  wake(): void {
    this.worker.wake();
  }

  /** Resolves when every record committed so far is sealed. */
  async stop(): Promise<void> {
    await this.worker.stop();
  }

  /** @returns how many records it sealed. */
  private async sealBatch(): Promise<number> {
    const { dataSource, batchSize, clock } = this.options;
    const isMysql = dataSource.options.type === 'mysql';
    return dataSource.transaction(isMysql ? 'READ COMMITTED' : 'SERIALIZABLE', async (manager) => {
      const rows = await findUnsealed(manager, batchSize);
      const byOrganisation = new Map<string, AuditIntake[]>();
      for (const row of rows) {
        const own = byOrganisation.get(row.organisationId) ?? [];
        own.push(row);
        byOrganisation.set(row.organisationId, own);
      }
      for (const own of byOrganisation.values()) await seal(manager, own, clock());
      return rows.length;
    });
  }
}

/** Rows still being written elsewhere are passed over; they get later numbers, in a later batch. */
function findUnsealed(manager: EntityManager, batchSize: number): Promise<AuditIntake[]> {
  const query = manager
    .createQueryBuilder(AuditIntake, 'intake')
    .where({ sequence: IsNull() })
    .orderBy('intake.id')
    .limit(batchSize);
  const isMysql = manager.dataSource.options.type === 'mysql';
  return (isMysql ? query.setLock('pessimistic_write').setOnLocked('skip_locked') : query).getMany();
}

async function seal(manager: EntityManager, rows: readonly AuditIntake[], at: Date): Promise<void> {
  const [first] = rows;
  if (!first) return;
  const { organisationId } = first;
  const head = await manager.findOne(AuditBatch, { where: { organisationId }, order: { number: 'DESC' } });
  // A number that somebody has given to a record of their own must not stop the chain; verification finds the gap.
  const where = { organisationId, sequence: Not(IsNull()) };
  const numbered = await manager.findOne(AuditIntake, {
    where,
    order: { sequence: 'DESC' },
    select: { id: true, sequence: true },
  });
  const firstSequence = Math.max(head?.lastSequence ?? 0, numbered?.sequence ?? 0) + 1;
  const lastSequence = firstSequence + rows.length - 1;
  const previousHash = head?.hash ?? genesisHash;
  const root = merkleRoot(rows.map((row) => row.leafHash));
  const hash = batchHash({ previousHash, root, count: rows.length, organisationId, lastSequence });
  const number = (head?.number ?? 0) + 1;
  const batch = { organisationId, number, firstSequence, lastSequence, root, previousHash, hash, sealedAt: at };
  await manager.insert(AuditBatch, batch);
  await numberRows(manager, rows, firstSequence);
  await moveHead(manager, { organisationId, sequence: lastSequence, at });
}

/** The head says that there is something to forward; since when, if it was not said before. */
async function moveHead(
  manager: EntityManager,
  { organisationId, sequence, at }: { organisationId: string; sequence: number; at: Date },
): Promise<void> {
  const moved = await manager.update(AuditHead, { organisationId }, { sequence });
  if (moved.affected === 0) {
    await manager.insert(AuditHead, { organisationId, sequence, forwardedSequence: 0, pendingSince: at });
  } else await manager.update(AuditHead, { organisationId, pendingSince: IsNull() }, { pendingSince: at });
}

/** One statement for all: row by row it takes ten times as long. */
async function numberRows(manager: EntityManager, rows: readonly AuditIntake[], firstSequence: number): Promise<void> {
  const ids = rows.map(({ id }) => idBytes('aud', id));
  const cases = ids.map(() => 'WHEN ? THEN ?').join(' ');
  const numbers = ids.flatMap((id, position) => [id, firstSequence + position]);
  await manager.query(
    `UPDATE audit_intake SET sequence = CASE id ${cases} END WHERE id IN (${ids.map(() => '?').join(', ')})`,
    [...numbers, ...ids],
  );
}
