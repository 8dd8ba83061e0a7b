import { AsyncResource } from 'node:async_hooks';
import { type Pool, type PoolConnection } from 'mysql2';
import { type DataSource } from 'typeorm';

type Callback = Parameters<Pool['getConnection']>[0];

/** Runs before a connection leaves the pool; a connection that cannot be prepared is closed and never handed out. */
export type Prepare = (connection: PoolConnection) => Promise<void>;

/** Every query and transaction of TypeORM's MySQL driver begins with `pool.getConnection`: the one place to stand in. */
export function prepareConnections(source: DataSource, prepare: Prepare): void {
  const { pool } = source.driver as unknown as { pool: Pool };
  const original = pool.getConnection.bind(pool);
  pool.getConnection = (callback: Callback) => {
    // A caller who waited is called from the context of whoever gave the connection back: bind it to its own.
    const handOut = AsyncResource.bind((error: NodeJS.ErrnoException | null, connection: PoolConnection) => {
      if (error) {
        callback(error, connection);
        return;
      }
      prepare(connection).then(
        () => {
          callback(null, connection);
        },
        (reason: unknown) => {
          connection.destroy();
          callback(reason instanceof Error ? reason : new Error('A connection could not be prepared'), connection);
        },
      );
    });
    original(handOut);
  };
}

type Values = (string | Buffer | null)[];

export function execute(connection: PoolConnection, sql: string, values: Values = []): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.query(sql, values, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

/** Does once per physical connection what holds for its whole life. */
export function sessionSettings(): Prepare {
  const done = new WeakSet<PoolConnection>();
  return async (connection) => {
    if (done.has(connection)) return;
    // REPEATABLE READ keeps gap locks, which made producers wait for the relay.
    await execute(connection, 'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
    await execute(connection, "SET SESSION time_zone = '+00:00'");
    done.add(connection);
  };
}
