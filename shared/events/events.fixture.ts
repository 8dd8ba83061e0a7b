import { randomBytes } from 'node:crypto';
import { createConnection } from 'mysql2/promise';
import { DataSource, type EntityManager, Entity } from 'typeorm';
import { newCorrelationId } from '#shared/context';
import { newId } from '#shared/ids';
import { CodeColumn, IdColumn, column, migration, type Migration } from '#shared/tables';
import { type PlatformEvent } from './envelope';
import { eventEntities, eventMigrations } from './event-tables';
import { LibsqlForTests } from './libsql.fixture';
import { appendToOutbox } from './outbox';

/** What a consumer of the tests writes: one row per event it has handled, in its transaction. */
@Entity('effects')
export class Effect {
  @IdColumn('aud')
  id!: string;

  @CodeColumn({ name: 'event_id' })
  eventId!: string;
}

const effectMigration: Migration = migration('1764000000900-create-effects', (schema) =>
  schema.createTable('effects', { id: column.id, event_id: column.code }, ['id']),
);

export interface FixtureDatabase {
  readonly dataSource: DataSource;
  close(): Promise<void>;
}

const common = {
  entities: [...eventEntities, Effect],
  migrations: [...eventMigrations, effectMigration],
  migrationsTableName: 'schema_migrations',
  logging: false as const,
};

export async function openSqlite(): Promise<FixtureDatabase> {
  const dataSource = new DataSource({
    ...common,
    type: 'better-sqlite3',
    database: ':memory:',
    driver: LibsqlForTests,
  });
  await dataSource.initialize();
  await dataSource.runMigrations();
  oneAtATime(dataSource);
  return { dataSource, close: () => dataSource.destroy() };
}

/** TypeORM gives all callers SQLite's one connection, transactions included: they have to queue. */
function oneAtATime(dataSource: DataSource): void {
  const begin = dataSource.transaction.bind(dataSource);
  let last: Promise<unknown> = Promise.resolve();
  dataSource.transaction = (...work: unknown[]) => {
    const turn = last.then(() => begin(...(work as Parameters<typeof begin>)));
    last = turn.catch(() => undefined);
    return turn as never;
  };
}

const mysql = { host: '127.0.0.1', port: 3306, user: 'root', password: '' };

export async function openMysql(): Promise<FixtureDatabase> {
  const database = `events_${randomBytes(4).toString('hex')}`;
  const server = await createConnection(mysql);
  await server.query(`CREATE DATABASE \`${database}\``);
  const { user: username, ...address } = mysql;
  const dataSource = new DataSource({ ...common, ...address, username, type: 'mysql', database, timezone: 'Z' });
  await dataSource.initialize();
  await dataSource.runMigrations();
  const close = async (): Promise<void> => {
    await dataSource.destroy();
    await server.query(`DROP DATABASE \`${database}\``);
    await server.end();
  };
  return { dataSource, close };
}

const organisationId = newId('org');
const patientId = newId('pat');

/** A case was changed, as a service would say so. */
export function caseUpdated(manager: EntityManager, caseId: string): Promise<PlatformEvent> {
  return appendToOutbox(
    manager,
    {
      type: 'clinical.case.updated',
      resourceId: caseId,
      aggregate: { type: 'Case', id: caseId },
      data: { patientId, caseId, status: 'READY' },
      actor: { clientId: null, userId: null, subject: 'service:test' },
      organisationId,
      region: 'UK',
      at: new Date(),
    },
    { correlationId: newCorrelationId(), causationId: null },
  );
}

/** Resolves once the condition holds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('What the test waits for has not come about');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
