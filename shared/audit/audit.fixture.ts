import { randomBytes } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import { DataSource } from 'typeorm';
import { eventEntities, eventMigrations } from '#shared/events';
import { auditEntities, auditMigrations } from './audit-tables';
import { LibsqlForTests } from './libsql.fixture';

export interface FixtureDatabase {
  readonly dataSource: DataSource;
  close(): Promise<void>;
}

const common = {
  entities: [...eventEntities, ...auditEntities],
  migrations: [...eventMigrations, ...auditMigrations],
  migrationsTableName: 'schema_migrations',
  logging: false as const,
};

export async function openSqlite(): Promise<FixtureDatabase> {
  const options = { ...common, database: ':memory:', driver: LibsqlForTests };
  const dataSource = await new DataSource({ ...options, type: 'better-sqlite3' }).initialize();
  await dataSource.runMigrations();
  return { dataSource, close: () => dataSource.destroy() };
}

export async function openMysql(): Promise<FixtureDatabase> {
  const address = { host: '127.0.0.1', port: 3306, password: '' };
  const database = `audit_${randomBytes(4).toString('hex')}`;
  const server = await createConnection({ ...address, user: 'root' });
  await server.query(`CREATE DATABASE \`${database}\``);
  const options = { ...common, ...address, username: 'root', database, timezone: 'Z' };
  const dataSource = await new DataSource({ ...options, type: 'mysql' }).initialize();
  await dataSource.runMigrations();
  const close = async (): Promise<void> => {
    await dataSource.destroy();
    await server.query(`DROP DATABASE \`${database}\``);
    await server.end();
  };
  return { dataSource, close };
}
