import { setTimeout as pause } from 'node:timers/promises';
import { type DataSource, type EntityManager } from 'typeorm';
import { type Database, type DatabaseOptions } from './connection';
import { openMysql } from './mysql/mysql-database';
import { openSqlite } from './sqlite/sqlite-database';
import { traceStatements } from './traced-statements';

export type { Database, DatabaseOptions, MysqlConnection, SqliteConnection } from './connection';
export { withTenant } from './mysql/current-tenant';

/**
 * Opens a subgraph's database, makes what is missing and runs the migrations that have not run.
 * @throws {Error} whose message is one line saying which database cannot be opened; why is its cause.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { connection } = options;
  if (!/^[a-z][a-z0-9_]{0,23}$/.test(options.name)) throw new Error(`Not a name for a database: ${options.name}`);
  const isSqlite = connection.kind === 'sqlite';
  const database = await (isSqlite ? openSqlite(options, connection) : openMysql(options, connection));
  for (const source of new Set([database.tenant, database.system])) {
    traceStatements(source, { dialect: database.dialect, name: options.name });
  }
  return database;
}

const longestPauseMs = [10, 40, 160, 640];

/**
 * One transaction, begun again when the database broke it off for another's sake (deadlock, lock wait). So `work` may
 * run more than once: what it does outside the database, and what it keeps from a former run, is its own affair.
 */
export async function inTransaction<T>(source: DataSource, work: (manager: EntityManager) => Promise<T>): Promise<T> {
  for (const longest of longestPauseMs) {
    try {
      return await source.transaction(work);
    } catch (error) {
      if (!isLockConflict(error)) throw error;
      await pause(Math.random() * longest); // apart, so that the same two do not meet again
    }
  }
  return source.transaction(work);
}

function isLockConflict(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return code === 'ER_LOCK_DEADLOCK' || code === 'ER_LOCK_WAIT_TIMEOUT';
}
