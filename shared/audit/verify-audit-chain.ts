import { Between, type DataSource, IsNull, MoreThan, Not } from 'typeorm';
import { AuditBatch } from './audit-batch.entity';
import { batchHash, genesisHash, leafHash, merkleRoot } from './audit-hashes';
import { AuditIntake } from './audit-intake.entity';
import { parseAuditRecord } from './audit-record';

/** The end of an organisation's chain as it was at some time, kept where the database's owner cannot change it. */
export interface AuditCheckpoint {
  readonly organisationId: string;
  /** Sequence number of the last record. */
  readonly sequence: number;
  readonly hash: string;
}

export interface AuditVerification {
  readonly verified: boolean;
  /** How many sealed records were checked. */
  readonly rows: number;
  /** The first record that cannot be vouched for: the altered one, or the first of the batch it must be in. */
  readonly firstBrokenSequence: number | null;
}

/**
 * Recomputes the chain of one organisation, or of all, from the records themselves. Finds records edited, deleted,
 * inserted or reordered. A chain cut short is whole in itself: only a checkpoint shows that there was more.
 */
export async function verifyAuditChain(
  dataSource: DataSource,
  organisationId?: string,
  checkpoints: readonly AuditCheckpoint[] = [],
): Promise<AuditVerification> {
  const organisations =
    organisationId === undefined ? await listOrganisations(dataSource, checkpoints) : [organisationId];
  let rows = 0;
  let firstBrokenSequence: number | null = null;
  for (const one of organisations) {
    const own = checkpoints.filter((checkpoint) => checkpoint.organisationId === one);
    const result = await new ChainWalk(dataSource, one).verify(own);
    rows += result.rows;
    firstBrokenSequence ??= result.firstBrokenSequence;
  }
  return { verified: firstBrokenSequence === null, rows, firstBrokenSequence };
}

/** The present end of an organisation's chain, to be signed and anchored elsewhere; null before the first seal. */
export async function auditHead(dataSource: DataSource, organisationId: string): Promise<AuditCheckpoint | null> {
  const batches = dataSource.getRepository(AuditBatch);
  const head = await batches.findOne({ where: { organisationId }, order: { number: 'DESC' } });
  return head && { organisationId, sequence: head.lastSequence, hash: head.hash };
}

async function listOrganisations(
  dataSource: DataSource,
  checkpoints: readonly AuditCheckpoint[],
): Promise<readonly string[]> {
  const found = new Set(checkpoints.map((checkpoint) => checkpoint.organisationId));
  for (const type of [AuditBatch, AuditIntake]) {
    const rows = await dataSource.createQueryBuilder(type, 'one').select('one.organisationId').distinct(true).getMany();
    for (const row of rows) found.add(row.organisationId);
  }
  return [...found].sort();
}

class ChainWalk {
  private sequence = 0;
  private hash = genesisHash;
  private readonly sealedAt = new Map<number, string>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly organisationId: string,
  ) {}

  async verify(checkpoints: readonly AuditCheckpoint[]): Promise<Omit<AuditVerification, 'verified'>> {
    const broken = (await this.walk()) ?? (await this.findStray()) ?? this.findMissing(checkpoints);
    return { rows: this.sequence, firstBrokenSequence: broken };
  }

  /** @returns the first broken sequence number among the batches. */
  private async walk(): Promise<number | null> {
    const { organisationId } = this;
    for (let number = 1; ; number++) {
      const batch = await this.dataSource.getRepository(AuditBatch).findOneBy({ organisationId, number });
      if (!batch) return this.findLaterBatch(number);
      const broken = await this.checkBatch(batch);
      if (broken !== null) return broken;
      this.sequence = batch.lastSequence;
      this.hash = batch.hash;
      this.sealedAt.set(batch.lastSequence, batch.hash);
    }
  }

  private async findLaterBatch(number: number): Promise<number | null> {
    const later = { organisationId: this.organisationId, number: MoreThan(number) };
    return (await this.dataSource.getRepository(AuditBatch).existsBy(later)) ? this.sequence + 1 : null;
  }

  private async checkBatch(batch: AuditBatch): Promise<number | null> {
    const { organisationId, hash: previousHash } = this;
    const { firstSequence, lastSequence } = batch;
    if (firstSequence !== this.sequence + 1) return this.sequence + 1;
    const rows = await this.dataSource.getRepository(AuditIntake).find({
      where: { organisationId, sequence: Between(firstSequence, lastSequence) },
      order: { sequence: 'ASC' },
    });
    const altered = rows.findIndex((row, position) => row.sequence !== firstSequence + position || !isIntact(row));
    if (altered >= 0) return firstSequence + altered;
    const root = merkleRoot(rows.map((row) => row.leafHash));
    const hash = batchHash({ previousHash, root, count: rows.length, organisationId, lastSequence });
    const isIntactLink = batch.previousHash === previousHash && batch.root === root && batch.hash === hash;
    if (isIntactLink && rows.length === lastSequence - firstSequence + 1) return null;
    // The rows are whole, one by one, yet not those that were sealed: cut short, or exchanged with their hashes.
    return rows.length < lastSequence - firstSequence + 1 ? firstSequence + rows.length : firstSequence;
  }

  /** Records with numbers that no batch has sealed. */
  private async findStray(): Promise<number | null> {
    const { organisationId } = this;
    const numbered = { organisationId, sequence: Not(IsNull()) };
    const records = this.dataSource.getRepository(AuditIntake);
    if ((await records.countBy(numbered)) === this.sequence) return null;
    const beyond = { organisationId, sequence: MoreThan(this.sequence) };
    const stray = await records.findOne({ where: beyond, order: { sequence: 'ASC' } });
    return stray?.sequence ?? 1;
  }

  private findMissing(checkpoints: readonly AuditCheckpoint[]): number | null {
    const unmet = checkpoints.filter(({ sequence, hash }) => this.sealedAt.get(sequence) !== hash);
    if (unmet.length === 0) return null;
    return Math.min(...unmet.map(({ sequence }) => (sequence > this.sequence ? this.sequence + 1 : sequence)));
  }
}

function isIntact(row: AuditIntake): boolean {
  if (leafHash(row.record) !== row.leafHash) return false;
  const record = parseAuditRecord(row.record);
  return (
    record.organisationId === row.organisationId &&
    record.patientId === row.patientId &&
    record.at.getTime() === row.occurredAt.getTime()
  );
}
