import { randomBytes } from 'node:crypto';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { type MysqlConnection } from '../connection';

const server = { host: '127.0.0.1', port: 3306, user: 'root', password: '' };

/** Databases nobody else has; give them to `dropTestDatabases` afterwards. */
export function testMysql(poolSize = 4): MysqlConnection {
  const databasePrefix = `sat_${randomBytes(4).toString('hex')}`;
  const contextSecret = randomBytes(32).toString('hex');
  return { kind: 'mysql', ...server, databasePrefix, poolSize, contextSecret };
}

/** Databases and accounts of every subgraph that was opened on this connection. */
export async function dropTestDatabases({ databasePrefix }: MysqlConnection): Promise<void> {
  const connection = await createConnection(server);
  const named = `${databasePrefix}\\_%`;
  const [databases] = await connection.query<RowDataPacket[]>(
    'SELECT schema_name AS name FROM information_schema.schemata WHERE schema_name LIKE ?',
    [named],
  );
  for (const row of databases) await connection.query(`DROP DATABASE \`${String(row['name'])}\``);
  const [accounts] = await connection.query<RowDataPacket[]>('SELECT user AS name FROM mysql.user WHERE user LIKE ?', [
    named,
  ]);
  for (const row of accounts) await connection.query(`DROP USER '${String(row['name'])}'@'%'`);
  await connection.end();
}
