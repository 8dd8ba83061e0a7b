import mysql, { type PoolConnection } from 'mysql2';
import { DataSource } from 'typeorm';
import { type Database, type DatabaseOptions, type MysqlConnection } from '../connection';
import { commonOptions, saysWhyItself } from '../data-source-options';
import { assertRegionStamp, stampRegion } from '../region-stamp';
import { currentTenant } from './current-tenant';
import { execute, prepareConnections, sessionSettings, type Prepare } from './pool';
import { databaseNames, Provisioner } from './provision';
import { ContextSigner } from './tenant-context';

interface Login {
  readonly database: string;
  readonly username: string;
  readonly password: string;
}

/** Base tables in one database, tenant views in another, and an account that reaches the views alone. */
export async function openMysql(options: DatabaseOptions, connection: MysqlConnection): Promise<Database> {
  const names = databaseNames(connection.databasePrefix, options.name);
  const signer = new ContextSigner(connection.contextSecret, names.base);
  const { user: username, password } = connection;
  const system = dataSource(options, connection, { database: names.base, username, password });
  const tenant = dataSource(options, connection, {
    database: names.app,
    username: names.account,
    password: signer.accountPassword,
  });
  try {
    await provision(system, signer, { options, connection, names });
    await tenant.initialize();
    prepareConnections(tenant, tenantSettings(signer));
  } catch (cause) {
    await close(tenant, system);
    if (saysWhyItself(cause)) throw cause;
    throw new Error(describeFailure(connection, names.base, cause), { cause });
  }
  return {
    dialect: 'mysql',
    tenant,
    system,
    ping: async () => {
      await Promise.all([tenant.query('SELECT 1'), system.query('SELECT 1')]);
    },
    close: () => close(tenant, system),
  };
}

interface Place {
  readonly options: DatabaseOptions;
  readonly connection: MysqlConnection;
  readonly names: ReturnType<typeof databaseNames>;
}

async function provision(
  system: DataSource,
  signer: ContextSigner,
  { options, connection, names }: Place,
): Promise<void> {
  const provisioner = await Provisioner.begin(connection, names);
  try {
    await provisioner.createDatabases();
    await system.initialize();
    prepareConnections(system, sessionSettings());
    await assertRegionStamp(system, options, names.base);
    await system.runMigrations({ transaction: 'each' });
    await stampRegion(system, options);
    await provisioner.synchronise(signer);
  } finally {
    await provisioner.end();
  }
}

/** Every connection leaves the pool with its caller's organisation or, outside `withTenant`, with none. */
function tenantSettings(signer: ContextSigner): Prepare {
  const settle = sessionSettings();
  const contexts = new WeakMap<PoolConnection, string | null>();
  return async (connection) => {
    const organisationId = currentTenant();
    await settle(connection);
    if (contexts.get(connection) === organisationId) return;
    contexts.delete(connection);
    const values = organisationId === null ? [null, null] : signer.sign(organisationId, connection.threadId);
    await execute(connection, 'SET @app_org = ?, @app_sig = ?', values);
    contexts.set(connection, organisationId);
  };
}

function dataSource(options: DatabaseOptions, connection: MysqlConnection, login: Login): DataSource {
  return new DataSource({
    type: 'mysql',
    driver: mysql,
    host: connection.host,
    port: connection.port,
    ...login,
    poolSize: connection.poolSize,
    charset: 'utf8mb4',
    timezone: 'Z',
    // A day has no zone; as a Date it would come back a day early west of UTC.
    dateStrings: ['DATE'],
    supportBigNumbers: true,
    bigNumberStrings: false,
    ...commonOptions(options),
  });
}

async function close(...sources: readonly DataSource[]): Promise<void> {
  await Promise.all(sources.filter((source) => source.isInitialized).map((source) => source.destroy()));
}

function describeFailure({ host, port }: MysqlConnection, database: string, cause: unknown): string {
  const { code } = cause as { code?: unknown };
  const reason = typeof code === 'string' ? ` (${code})` : '';
  return `The database ${database} at ${host}:${String(port)} cannot be opened${reason}`;
}
