import { join, resolve } from 'node:path';
import { DataSource } from 'typeorm';
import { type Database, type DatabaseOptions, type SqliteConnection } from '../connection';
import { commonOptions, saysWhyItself } from '../data-source-options';
import { lockFolder } from './folder-lock';
import { assertRegionStamp, stampRegion } from '../region-stamp';
import { LibsqlDriver } from './libsql-driver';
import { poolOfOne } from './pool-of-one';

/** One file per subgraph in the folder; one handle per file. */
export async function openSqlite(options: DatabaseOptions, connection: SqliteConnection): Promise<Database> {
  const inMemory = connection.directory === ':memory:';
  const directory = resolve(connection.directory);
  const file = inMemory ? ':memory:' : join(directory, `${options.name}.sqlite`);
  const giveBack = inMemory ? () => undefined : lockFolder(directory);
  try {
    const source = await openFile(options, file);
    return {
      dialect: 'sqlite',
      tenant: source,
      system: source,
      ping: async () => {
        await source.query('SELECT 1');
      },
      close: async () => {
        if (!source.isInitialized) return;
        await source.destroy();
        giveBack();
      },
    };
  } catch (error) {
    giveBack();
    throw error;
  }
}

async function openFile(options: DatabaseOptions, file: string): Promise<DataSource> {
  const source = new DataSource({
    type: 'better-sqlite3',
    driver: LibsqlDriver,
    database: file,
    ...commonOptions(options),
    enableWAL: true,
    prepareDatabase: (handle: LibsqlDriver) => {
      handle.pragma('synchronous = NORMAL');
    },
  });
  poolOfOne(source);
  try {
    await source.initialize();
    await assertRegionStamp(source, options, file);
    await source.runMigrations({ transaction: 'each' });
    await stampRegion(source, options);
    return source;
  } catch (cause) {
    if (source.isInitialized) await source.destroy();
    if (saysWhyItself(cause)) throw cause;
    throw new Error(`The database file ${file} cannot be opened`, { cause });
  }
}
