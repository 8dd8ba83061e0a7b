import { type DataSource } from 'typeorm';
import { LeaseRow } from './lease.entity';

export interface LeaseOptions {
  readonly dataSource: DataSource;
  /** What is leased. */
  readonly name: string;
  readonly holder: string;
  readonly durationMs: number;
  readonly clock: () => Date;
}

/**
 * The right to be the only one at a job in one database. A holder that pauses beyond the duration may find a second one
 * at work, so what it guards has to bear that; it makes double work rare, not impossible.
 */
export class DatabaseLease {
  private isHeld = false;
  private rowExists = false;

  constructor(private readonly options: LeaseOptions) {}

  /** Takes the lease, or prolongs it. @returns whether this holder has it. */
  async acquire(): Promise<boolean> {
    const { holder, durationMs, clock } = this.options;
    const now = clock();
    await this.ensureRow();
    const result = await this.update()
      .set({ holder, expiresAt: new Date(now.getTime() + durationMs) })
      .where('name = :name AND (holder = :holder OR expires_at < :now)', { name: this.options.name, holder, now })
      .execute();
    this.isHeld = result.affected === 1;
    return this.isHeld;
  }

  async release(): Promise<void> {
    if (!this.isHeld) return;
    this.isHeld = false;
    const { name, holder } = this.options;
    await this.update()
      .set({ expiresAt: new Date(0) })
      .where({ name, holder })
      .execute();
  }

  private async ensureRow(): Promise<void> {
    if (this.rowExists) return;
    const row = { name: this.options.name, holder: '', expiresAt: new Date(0) };
    await this.options.dataSource.createQueryBuilder().insert().into(LeaseRow).values(row).orIgnore().execute();
    this.rowExists = true;
  }

  private update(): ReturnType<ReturnType<DataSource['createQueryBuilder']>['update']> {
    return this.options.dataSource.createQueryBuilder().update(LeaseRow);
  }
}
