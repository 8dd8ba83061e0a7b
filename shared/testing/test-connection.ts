import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { type DatabaseOptions } from '#shared/database';
import { testDatabase, testMysql } from './config';

/** A fresh database for one test file, and what removes it. */
export function testConnection(): { connection: DatabaseOptions['connection']; remove: () => Promise<void> } {
  return testDatabase === 'mysql' ? mysql() : sqlite();
}

function sqlite(): ReturnType<typeof testConnection> {
  const directory = mkdtempSync(join(tmpdir(), 'sa-test-'));
  return {
    connection: { kind: 'sqlite', directory },
    remove: () => {
      rmSync(directory, { recursive: true, force: true });
      return Promise.resolve();
    },
  };
}

function mysql(): ReturnType<typeof testConnection> {
  const databasePrefix = `t${randomBytes(4).toString('hex')}`;
  const contextSecret = randomBytes(32).toString('hex');
  return {
    connection: { kind: 'mysql', ...testMysql, databasePrefix, poolSize: 8, contextSecret },
    remove: async () => {
      const server = await createConnection({ ...testMysql });
      const [rows] = await server.query(
        'SELECT schema_name AS name FROM information_schema.schemata WHERE schema_name LIKE ?',
        [`${databasePrefix}\\_%`],
      );
      for (const { name } of rows as { name: string }[]) await server.query(`DROP DATABASE \`${name}\``);
      const [users] = await server.query('SELECT user AS name, host AS host FROM mysql.user WHERE user LIKE ?', [
        `${databasePrefix}\\_%`,
      ]);
      for (const { name, host } of users as { name: string; host: string }[])
        await server.query('DROP USER ?@?', [name, host]);
      await server.end();
    },
  };
}
