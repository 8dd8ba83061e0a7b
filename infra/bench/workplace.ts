import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { DataSource } from 'typeorm';
import { type MysqlConnection, type SqliteConnection } from '#shared/database';
import { readSubgraphUrls } from '../subgraphs';
import { type BenchArguments, readServices, type Services } from './config';
import { removeKeys } from './redis-keys';

const mains = { embedded: require.resolve('../embedded/main'), services: require.resolve('../services/main') };

/** Where one bench runs: a folder, ports and, with services, databases and keys that nobody else has. */
export interface Workplace {
  readonly directory: string;
  /** What is started. */
  readonly main: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly readyUrl: string;
  readonly subgraphNames: readonly string[];
  /** As the platform itself opens its databases. Known once it has been started. */
  connection(): SqliteConnection | MysqlConnection;
  databaseVersion(): Promise<string>;
  /** Reads one subgraph's base tables, whether the platform runs or not. */
  read<Row>(subgraph: string, sql: string): Promise<Row[]>;
  remove(): Promise<void>;
}

export async function makeWorkplace(mode: BenchArguments['mode'], environment: NodeJS.ProcessEnv): Promise<Workplace> {
  const directory = mkdtempSync(join(tmpdir(), 'sa-bench-'));
  const subgraphNames = [...readSubgraphUrls().keys()];
  const [port = 0, objectsPort = 0, ...ports] = await freePorts(subgraphNames.length + 2);
  // All that the bench asks comes from a few clients of one organisation.
  const unlimited = { RATE_LIMIT_CLIENT: '1000000000', RATE_LIMIT_ORGANISATION: '1000000000' };
  const place = { DATA_DIR: directory, PORT: String(port), HOST: '127.0.0.1', DEMO: 'on', REGION: 'UK' };
  const common = { ...environment, ...unlimited, ...place };
  const readyUrl = `http://127.0.0.1:${String(port)}/health/ready`;
  if (mode === 'services') {
    const prefix = `sab${randomBytes(4).toString('hex')}`;
    const addresses = subgraphNames.map(
      (name, index) =>
        [`SUBGRAPH_URL_${name.toUpperCase()}`, `http://127.0.0.1:${String(ports[index])}/graphql`] as const,
    );
    const own = { OBJECTS_PORT: String(objectsPort), MYSQL_PREFIX: prefix, EVENTS_PREFIX: prefix };
    const urls: Record<string, string> = Object.fromEntries(addresses);
    const settings = { ...common, ...own, ...urls, SUBGRAPHS: subgraphNames.join(',') };
    return new ServicesWorkplace({ directory, readyUrl, subgraphNames, environment: settings }, prefix);
  }
  return {
    ...{ directory, readyUrl, subgraphNames, environment: common, main: mains.embedded },
    connection: () => ({ kind: 'sqlite', directory: join(directory, 'databases') }),
    databaseVersion: () => sqliteVersion(),
    read: (subgraph, sql) => readSqlite(join(directory, 'databases', `${subgraph}.sqlite`), sql),
    remove: async () => {
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

type Settled = Pick<Workplace, 'directory' | 'readyUrl' | 'subgraphNames' | 'environment'>;

class ServicesWorkplace implements Workplace {
  readonly main = mains.services;
  readonly directory: string;
  readonly readyUrl: string;
  readonly subgraphNames: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  private readonly services: Services;

  constructor(
    settled: Settled,
    private readonly prefix: string,
  ) {
    this.directory = settled.directory;
    this.readyUrl = settled.readyUrl;
    this.subgraphNames = settled.subgraphNames;
    this.environment = settled.environment;
    this.services = readServices(settled.environment);
  }

  connection(): MysqlConnection {
    const { MYSQL_HOST: host, MYSQL_PORT: port, MYSQL_USER: user, MYSQL_PASSWORD: password } = this.services;
    const contextSecret = readFileSync(join(this.directory, 'keys', 'context-secret'), 'utf8');
    return { kind: 'mysql', host, port, user, password, databasePrefix: this.prefix, poolSize: 4, contextSecret };
  }

  async databaseVersion(): Promise<string> {
    const [row] = await this.ask<{ version: string }>('SELECT VERSION() AS version');
    return row?.version ?? '';
  }

  read<Row>(subgraph: string, sql: string): Promise<Row[]> {
    return this.ask(sql, [], `${this.prefix}_${subgraph}`);
  }

  async remove(): Promise<void> {
    const named = `${this.prefix}\\_%`;
    const databases = await this.ask<{ name: string }>(
      'SELECT schema_name AS name FROM information_schema.schemata WHERE schema_name LIKE ?',
      [named],
    );
    for (const { name } of databases) await this.ask(`DROP DATABASE \`${name}\``);
    const accounts = await this.ask<{ name: string }>('SELECT user AS name FROM mysql.user WHERE user LIKE ?', [named]);
    for (const { name } of accounts) await this.ask(`DROP USER '${name}'@'%'`);
    await removeKeys(new URL(this.services.REDIS_URL), this.prefix);
    rmSync(this.directory, { recursive: true, force: true });
  }

  private async ask<Row>(sql: string, parameters: readonly string[] = [], database?: string): Promise<Row[]> {
    const { MYSQL_HOST: host, MYSQL_PORT: port, MYSQL_USER: username, MYSQL_PASSWORD: password } = this.services;
    const own = { host, port, username, password, ...(database !== undefined && { database }) };
    const source = await new DataSource({ type: 'mysql', ...own }).initialize();
    try {
      return await source.query<Row[]>(sql, [...parameters]);
    } finally {
      await source.destroy();
    }
  }
}

async function sqliteVersion(): Promise<string> {
  const [row] = await readSqlite<{ version: string }>(':memory:', 'SELECT sqlite_version() AS version');
  return `SQLite ${row?.version ?? ''} (libsql)`;
}

/** A second process may read what the platform writes: its databases keep a write-ahead log. */
function readSqlite<Row>(file: string, sql: string): Promise<Row[]> {
  const handle = new Libsql(file);
  try {
    return Promise.resolve(handle.prepare(sql).all([]) as Row[]);
  } finally {
    handle.close();
  }
}

/** Held together and given back together, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  await Promise.all(
    servers.map((server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
