import { Between, type DataSource, IsNull, LessThanOrEqual, MoreThan, MoreThanOrEqual, Not } from 'typeorm';
import { type Region } from '#shared/auth';
import { LeasedWorker } from '#shared/events';
import { type Logger } from '#shared/logging';
import { AuditBatch } from './audit-batch.entity';
import { AuditHead } from './audit-head.entity';
import { AuditIntake } from './audit-intake.entity';
import { parseAuditRecord } from './audit-record';

/** A sealed record on its way to the index. */
export interface SealedRecord {
  readonly id: string;
  readonly sequence: number;
  /** Canonical text. */
  readonly record: string;
}

/** The end of a link of the chain, by which the index checks what it got. */
export interface SealedLink {
  readonly number: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly hash: string;
}

/** A piece of one organisation's chain, in order. */
export interface SealedPart {
  readonly organisationId: string;
  readonly region: Region;
  readonly records: readonly SealedRecord[];
  /** The links that end within it. */
  readonly links: readonly SealedLink[];
}

/** Who keeps the records of all subgraphs together. */
export interface AuditIndex {
  /** @returns the last sequence number it has of this chain: less than was sent when something before it is missing */
  take(part: SealedPart): Promise<number>;
}

export interface AuditForwarderOptions {
  readonly dataSource: DataSource;
  readonly log: Logger;
  readonly index: AuditIndex;
  readonly clock?: () => Date;
  /** Longest time a sealed record stays here alone; default 1,000. */
  readonly pollMs?: number;
  readonly leaseMs?: number;
  /** Records per call; default 200. */
  readonly partSize?: number;
}

const organisationsPerTurn = 20;

/**
 * Brings sealed records to the index, in the order of their chain. What the index has is what it says it has: after an
 * answer that was lost it goes on where the index stands, and after the index was emptied it begins anew.
 */
export class AuditForwarder {
  private readonly options: Required<AuditForwarderOptions>;
  private readonly worker: LeasedWorker;

  constructor(options: AuditForwarderOptions) {
    this.options = { clock: () => new Date(), pollMs: 1_000, leaseMs: 15_000, partSize: 200, ...options };
    const { dataSource, log, clock, pollMs, leaseMs } = this.options;
    const work = async (): Promise<number> => ((await this.forward()) > 0 ? 0 : pollMs);
    this.worker = new LeasedWorker({ dataSource, log, clock, pollMs, leaseMs, work, name: 'audit-forwarder' });
  }

  start(): void {
    this.worker.start();
  }

  async stop(): Promise<void> {
    await this.worker.stop();
  }

  /** @returns how many records have been taken; one organisation that cannot be forwarded does not hold up the others */
  private async forward(): Promise<number> {
    const heads = await this.options.dataSource.getRepository(AuditHead).find({
      where: { pendingSince: Not(IsNull()) },
      order: { pendingSince: 'ASC' },
      take: organisationsPerTurn,
    });
    let taken = 0;
    for (const head of heads) {
      taken += await this.forwardPart(head).catch((err: unknown) => {
        this.options.log.warn({ err }, 'Audit records could not be brought to the index; they will be');
        return 0;
      });
    }
    return taken;
  }

  private async forwardPart({ organisationId, forwardedSequence, sequence }: AuditHead): Promise<number> {
    const { dataSource, index } = this.options;
    const heads = dataSource.getRepository(AuditHead);
    const part = await this.partAfter(organisationId, forwardedSequence);
    const position = part ? await index.take(part) : sequence;
    await heads.update({ organisationId }, { forwardedSequence: position });
    await heads.update({ organisationId, sequence: LessThanOrEqual(position) }, { pendingSince: null });
    return Math.max(0, position - forwardedSequence);
  }

  private async partAfter(organisationId: string, sequence: number): Promise<SealedPart | null> {
    const { dataSource, partSize } = this.options;
    const rows = await dataSource.getRepository(AuditIntake).find({
      where: { organisationId, sequence: MoreThan(sequence) },
      order: { sequence: 'ASC' },
      take: partSize,
    });
    const [first, last] = [rows[0], rows.at(-1)];
    if (!first || !last) return null;
    const ends = { organisationId, lastSequence: Between(sequence + 1, last.sequence ?? 0) };
    const links = await dataSource.getRepository(AuditBatch).find({ where: ends, order: { number: 'ASC' } });
    return {
      organisationId,
      region: parseAuditRecord(first.record).region,
      records: rows.map(({ id, sequence: place, record }) => ({ id, sequence: place ?? 0, record })),
      links: links.map(({ number, firstSequence, lastSequence, hash }) => ({
        ...{ number, firstSequence, lastSequence, hash },
      })),
    };
  }
}

/** Has everything of an organisation brought to the index again: it has been emptied. */
export async function forwardAnew(dataSource: DataSource, organisationId: string, at: Date): Promise<void> {
  const whole = { organisationId, sequence: MoreThanOrEqual(1) };
  await dataSource.getRepository(AuditHead).update(whole, { forwardedSequence: 0, pendingSince: at });
}
