import { AsyncLocalStorage } from 'node:async_hooks';
import { type DataSource, type EntityManager, type QueryRunner } from 'typeorm';
import { BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver';
import { BetterSqlite3QueryRunner } from 'typeorm/driver/better-sqlite3/BetterSqlite3QueryRunner';
import { type IsolationLevel } from 'typeorm/driver/types/IsolationLevel';
import { FifoLock } from './fifo-lock';
import { type LibsqlDriver } from './libsql-driver';

type Work<T> = (manager: EntityManager) => Promise<T>;

/** Marks the asynchronous context of a transaction, so that a query that goes round its manager is seen. */
interface TransactionMark {
  runner: QueryRunner | null;
  isOpen: boolean;
}

interface Handle {
  readonly lock: FifoLock;
  readonly marks: AsyncLocalStorage<TransactionMark>;
  /** One handle, so one set of prepared statements. */
  readonly statements: Map<string, unknown>;
}

/**
 * TypeORM's better-sqlite3 driver gives every caller the same QueryRunner: one caller's queries land in another's
 * transaction and are lost by its rollback. Here each caller has its own runner over the one handle, and a runner has
 * the handle to itself from BEGIN to COMMIT or ROLLBACK: a pool of size one. To be called before `initialize`.
 */
export function poolOfOne(source: DataSource): void {
  const { driver, manager } = source;
  if (!(driver instanceof BetterSqlite3Driver)) throw new TypeError('Only for the better-sqlite3 driver');
  const handle: Handle = { lock: new FifoLock(), marks: new AsyncLocalStorage(), statements: new Map() };
  driver.createQueryRunner = () => new ExclusiveQueryRunner(driver, handle);
  const original = manager.transaction.bind(manager);
  // SQLite's transactions are serialisable whatever level is asked for.
  manager.transaction = <T>(first: IsolationLevel | Work<T>, second?: Work<T>): Promise<T> => {
    const work = typeof first === 'function' ? first : second;
    if (work === undefined) throw new TypeError('A transaction needs a function');
    return transaction(handle, original, work);
  };
}

async function transaction<T>({ marks }: Handle, begin: <R>(work: Work<R>) => Promise<R>, work: Work<T>): Promise<T> {
  if (marks.getStore()?.isOpen) throw new Error('A transaction is open: nest by its manager, not by the data source');
  const mark: TransactionMark = { runner: null, isOpen: false };
  return marks.run(mark, async () => {
    try {
      return await begin(async (manager) => {
        mark.runner = manager.queryRunner ?? null;
        mark.isOpen = true;
        return work(manager);
      });
    } finally {
      mark.isOpen = false;
    }
  });
}

class ExclusiveQueryRunner extends BetterSqlite3QueryRunner {
  /** Queries under way, and one more while a transaction is open. */
  private uses = 0;
  private turn: Promise<() => void> | null = null;

  constructor(
    driver: BetterSqlite3Driver,
    private readonly handle: Handle,
  ) {
    super(driver);
    Reflect.set(this, 'stmtCache', handle.statements); // private in TypeORM, which makes one per runner
  }

  override async query(query: string, parameters?: unknown[], useStructuredResult?: boolean): Promise<never> {
    // The write lock at BEGIN: a transaction that reads first could otherwise fail at its first write.
    const sql = query === 'BEGIN TRANSACTION' ? 'BEGIN IMMEDIATE' : query;
    await this.enter();
    try {
      return (await super.query(sql, parameters, useStructuredResult)) as never; // `any` in TypeORM
    } finally {
      this.leave();
    }
  }

  override async startTransaction(isolationLevel?: IsolationLevel): Promise<void> {
    await this.enter();
    const isOutermost = !this.isTransactionActive;
    try {
      await super.startTransaction(isolationLevel);
    } catch (error) {
      if (isOutermost) this.isTransactionActive = false;
      this.leave();
      throw error;
    }
    if (!isOutermost) this.leave();
  }

  override async commitTransaction(): Promise<void> {
    await super.commitTransaction();
    if (!this.isTransactionActive) this.leave();
  }

  override async rollbackTransaction(): Promise<void> {
    await super.rollbackTransaction();
    if (!this.isTransactionActive) this.leave();
  }

  override async release(): Promise<void> {
    await super.release();
    this.isReleased = true; // a manager kept beyond its transaction must not write as if it were still inside
    if (!this.isTransactionActive) return;
    // SQLite itself rolls back on some errors (disk full, I/O), and then ROLLBACK fails: either way it is over.
    const connection = this.driver.databaseConnection as LibsqlDriver;
    if (connection.inTransaction) connection.exec('ROLLBACK');
    this.isTransactionActive = false;
    this.leave();
  }

  private async enter(): Promise<void> {
    if (this.turn === null) this.refuseStray();
    this.uses += 1;
    this.turn ??= this.handle.lock.acquire();
    await this.turn;
  }

  private leave(): void {
    this.uses -= 1;
    if (this.uses > 0 || this.turn === null) return;
    void this.turn.then((giveBack) => {
      giveBack();
    });
    this.turn = null;
  }

  /** It would wait for the transaction, and the transaction for it. */
  private refuseStray(): void {
    const mark = this.handle.marks.getStore();
    if (mark?.isOpen && mark.runner !== this) {
      throw new Error('A transaction is open: query through its manager, not through the data source');
    }
  }
}
