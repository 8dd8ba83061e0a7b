import { randomBytes, randomInt } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { parse } from 'yaml';
import { inherited, mode, mysql, redisUrl } from './config';
import { root } from './child';

/** What a platform stands on and what outlives it: a folder, ports and, in services mode, databases and streams. */
export interface Ground {
  readonly directory: string;
  /** Of databases and streams. */
  readonly prefix: string;
  readonly environment: NodeJS.ProcessEnv;
  remove(): Promise<void>;
}

export const subgraphNames = readSubgraphNames();

export async function makeGround(settings: NodeJS.ProcessEnv = {}): Promise<Ground> {
  const directory = mkdtempSync(join(tmpdir(), 'sa-e2e-'));
  const prefix = `e2e${randomBytes(3).toString('hex')}`;
  const common = { ...inherited, REGION: 'UK', DATA_DIR: directory, LOG_LEVEL: 'warn', NODE_NO_WARNINGS: '1' };
  const own = mode === 'embedded' ? { PORT: String((await freePorts(1))[0]) } : await servicesSettings(prefix);
  return {
    directory,
    prefix,
    environment: { ...common, ...own, ...settings },
    remove: async () => {
      if (mode === 'services') await Promise.all([dropDatabases(prefix), dropStreams(prefix)]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function servicesSettings(prefix: string): Promise<NodeJS.ProcessEnv> {
  const [port, objectsPort, ...ports] = await freePorts(subgraphNames.length + 2);
  const urls = subgraphNames.map((name, index) => [
    `SUBGRAPH_URL_${name.toUpperCase()}`,
    `http://127.0.0.1:${String(ports[index])}/graphql`,
  ]);
  return {
    ...(Object.fromEntries(urls) as Record<string, string>),
    ...{ PORT: String(port), OBJECTS_PORT: String(objectsPort) },
    ...{ MYSQL_PREFIX: prefix, MYSQL_POOL_SIZE: '3', EVENTS_PREFIX: prefix, EVENTS_PARTITIONS: '4' },
    // The databases' functions and accounts are derived from it, and the tests open them too.
    CONTEXT_SECRET: randomBytes(32).toString('hex'),
  };
}

/**
 * Ports that were free a moment ago. Not those the kernel gives out for outgoing connections (from 32768 on Linux): it
 * would give one away while the platform that needs it again is being restarted.
 */
async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(15_000, 32_000);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

function readSubgraphNames(): string[] {
  const file = readFileSync(join(root, 'supergraph.yaml'), 'utf8');
  const { subgraphs } = parse(file) as { subgraphs: Record<string, unknown> };
  return Object.keys(subgraphs);
}

async function dropDatabases(prefix: string): Promise<void> {
  const server = await createConnection(mysql);
  const named = [`${prefix}\\_%`];
  const [databases] = await server.query<RowDataPacket[]>(
    'SELECT schema_name AS name FROM information_schema.schemata WHERE schema_name LIKE ?',
    named,
  );
  for (const { name } of databases as { name: string }[]) await server.query(`DROP DATABASE \`${name}\``);
  const [accounts] = await server.query<RowDataPacket[]>(
    'SELECT user AS name FROM mysql.user WHERE user LIKE ?',
    named,
  );
  for (const { name } of accounts as { name: string }[]) await server.query(`DROP USER '${name}'@'%'`);
  await server.end();
}

async function dropStreams(prefix: string): Promise<void> {
  const client = new Redis(redisUrl);
  const keys = await redisKeys(client, prefix);
  if (keys.length > 0) await client.del(...keys);
  client.disconnect();
}

/** Everything the platform with this prefix keeps in Redis. */
export async function redisKeys(client: Redis, prefix: string): Promise<string[]> {
  return [...(await client.keys(`{${prefix}:*`)), ...(await client.keys(`${prefix}:*`))];
}
