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

/** A place in a chain up to which it has been checked. */
export interface ChainPlace {
  /** Number of the last link. */
  readonly batch: number;
  /** Of its last record. */
  readonly sequence: number;
  readonly hash: string;
}

/** What was found from one place of a chain to the next. */
export interface AuditSection extends Pick<AuditVerification, 'firstBrokenSequence'> {
  /** How many sealed records were checked. */
  readonly rows: number;
  readonly place: ChainPlace;
  /** Whether there is nothing behind that place. */
  readonly isEnd: boolean;
}

const beginning: ChainPlace = { batch: 0, sequence: 0, hash: genesisHash };
/** Links and records of one look into the database. */
const linksPerLook = 500;
const rowsPerLook = 5_000;

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
    const section = await verifyAuditSection(dataSource, one, { checkpoints: own });
    rows += section.rows;
    firstBrokenSequence ??= section.firstBrokenSequence;
  }
  return { verified: firstBrokenSequence === null, rows, firstBrokenSequence };
}

/** The same for a part of one organisation's chain: from a place that has been checked, for about `maxRows` records. */
export async function verifyAuditSection(
  dataSource: DataSource,
  organisationId: string,
  { after = beginning, checkpoints = [], maxRows = Infinity }: SectionOptions = {},
): Promise<AuditSection> {
  return new ChainWalk(dataSource, organisationId, after).verify(checkpoints, maxRows);
}

export interface SectionOptions {
  readonly after?: ChainPlace;
  readonly checkpoints?: readonly Pick<AuditCheckpoint, 'sequence' | 'hash'>[];
  readonly maxRows?: number;
}

/** The present end of an organisation's chain, to be signed and anchored elsewhere; null before the first seal. */
export async function auditHead(dataSource: DataSource, organisationId: string): Promise<AuditCheckpoint | null> {
  const batches = dataSource.getRepository(AuditBatch);
  const head = await batches.findOne({ where: { organisationId }, order: { number: 'DESC' } });
  return head && { organisationId, sequence: head.lastSequence, hash: head.hash };
}

/** How far an organisation's chain is sealed, and how many of its records still wait for it. */
export async function auditBacklog(
  dataSource: DataSource,
  organisationId: string,
): Promise<{ sequence: number; unsealed: number }> {
  const head = await auditHead(dataSource, organisationId);
  const unsealed = await dataSource.getRepository(AuditIntake).countBy({ organisationId, sequence: IsNull() });
  return { sequence: head?.sequence ?? 0, unsealed };
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
  private readonly sealedAt = new Map<number, string>();
  private place: ChainPlace;

  constructor(
    private readonly dataSource: DataSource,
    private readonly organisationId: string,
    private readonly start: ChainPlace,
  ) {
    this.place = start;
  }

  async verify(checkpoints: NonNullable<SectionOptions['checkpoints']>, maxRows: number): Promise<AuditSection> {
    const { broken, isEnd } = await this.walk(maxRows);
    const missing = this.findMissing(checkpoints, isEnd);
    const stray = broken === null && isEnd ? await this.findStray() : null;
    const firstBrokenSequence = broken ?? stray ?? missing;
    return { rows: this.checked, firstBrokenSequence, place: this.place, isEnd: isEnd || broken !== null };
  }

  private get checked(): number {
    return this.place.sequence - this.start.sequence;
  }

  private async walk(maxRows: number): Promise<{ broken: number | null; isEnd: boolean }> {
    while (this.checked < maxRows) {
      const batches = await this.nextBatches();
      if (batches.length === 0) return { broken: null, isEnd: true };
      const broken = await this.checkBatches(batches);
      if (broken !== null) return { broken, isEnd: false };
    }
    return { broken: null, isEnd: false };
  }

  /** The next links, as many as have about `rowsPerLook` records together. */
  private async nextBatches(): Promise<AuditBatch[]> {
    const { organisationId, place } = this;
    const batches = await this.dataSource.getRepository(AuditBatch).find({
      where: { organisationId, number: MoreThan(place.batch) },
      order: { number: 'ASC' },
      take: linksPerLook,
    });
    const enough = batches.findIndex(({ lastSequence }) => lastSequence - place.sequence >= rowsPerLook);
    return enough < 0 ? batches : batches.slice(0, enough + 1);
  }

  /** @returns the first broken sequence number among the links; those before it have been passed. */
  private async checkBatches(batches: readonly AuditBatch[]): Promise<number | null> {
    const { organisationId } = this;
    const last = batches.at(-1)?.lastSequence ?? 0;
    const rows = await this.dataSource.getRepository(AuditIntake).find({
      where: { organisationId, sequence: Between(this.place.sequence + 1, last) },
      order: { sequence: 'ASC' },
    });
    const bySequence = new Map(rows.map((row) => [row.sequence, row]));
    for (const batch of batches) {
      const broken = this.checkBatch(batch, bySequence);
      if (broken !== null) return broken;
      this.place = { batch: batch.number, sequence: batch.lastSequence, hash: batch.hash };
      this.sealedAt.set(batch.lastSequence, batch.hash);
    }
    return null;
  }

  private checkBatch(batch: AuditBatch, rows: ReadonlyMap<number | null, AuditIntake>): number | null {
    const { organisationId, place } = this;
    const { firstSequence, lastSequence } = batch;
    if (batch.number !== place.batch + 1 || firstSequence !== place.sequence + 1) return place.sequence + 1;
    const leaves: string[] = [];
    for (let sequence = firstSequence; sequence <= lastSequence; sequence++) {
      const row = rows.get(sequence);
      if (!row || !isIntact(row)) return sequence;
      leaves.push(row.leafHash);
    }
    const root = merkleRoot(leaves);
    const previousHash = place.hash;
    const hash = batchHash({ previousHash, root, count: leaves.length, organisationId, lastSequence });
    // The rows are whole, one by one, yet not those that were sealed when this is not so: exchanged with their hashes.
    const isIntactLink = batch.previousHash === previousHash && batch.root === root && batch.hash === hash;
    return isIntactLink ? null : firstSequence;
  }

  /** Records with numbers that no link has sealed. */
  private async findStray(): Promise<number | null> {
    const { organisationId, place } = this;
    const numbered = { organisationId, sequence: Not(IsNull()) };
    const records = this.dataSource.getRepository(AuditIntake);
    if ((await records.countBy(numbered)) === place.sequence) return null;
    const beyond = { organisationId, sequence: MoreThan(place.sequence) };
    const stray = await records.findOne({ where: beyond, order: { sequence: 'ASC' } });
    return stray?.sequence ?? 1;
  }

  /** Checkpoints within this section that the chain does not meet, and at its end those that lie beyond. */
  private findMissing(checkpoints: NonNullable<SectionOptions['checkpoints']>, isEnd: boolean): number | null {
    const { start, place } = this;
    const within = checkpoints.filter(
      ({ sequence }) => sequence > start.sequence && (isEnd || sequence <= place.sequence),
    );
    const unmet = within.filter(({ sequence, hash }) => this.sealedAt.get(sequence) !== hash);
    if (unmet.length === 0) return null;
    return Math.min(...unmet.map(({ sequence }) => Math.min(sequence, place.sequence + 1)));
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
