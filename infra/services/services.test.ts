import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { exportKeys, exportSigner, generateInternalKeys } from '#shared/auth';
import { readDemo, type DemoFile } from '../demo/demo';
import { readSubgraphUrls } from '../subgraphs';
import { inherited, isRequired, mysql, redis } from './testing/config';

/** The launcher as an operator runs it, from its compiled file, on databases and streams of its own. */
const root = join(__dirname, '..', '..');
const subgraphNames = [...readSubgraphUrls(join(root, 'supergraph.yaml')).keys()];
const services = join(root, 'dist', 'infra', 'services');
const prefix = `sas${randomBytes(3).toString('hex')}`;
const directory = mkdtempSync(join(tmpdir(), 'sa-services-'));
const isThere = [mysql, { host: redis.hostname, port: Number(redis.port || 6379) }].every(isListening);

(isRequired || isThere ? describe : describe.skip)('services mode', () => {
  let environment: Record<string, string | undefined>;
  let platform: Launched;
  let demo: DemoFile;

  beforeAll(async () => {
    const build = spawnSync(process.execPath, [join(root, 'infra', 'scripts', 'build.mjs')], { encoding: 'utf8' });
    if (build.status !== 0) throw new Error(build.stderr);
    environment = await environmentOf(subgraphNames);
    platform = launch(environment);
    demo = await platform.until('the demo data', () => {
      const file = join(directory, 'demo.json');
      return existsSync(file) && platform.output().includes('ready in') ? readDemo(file) : null;
    });
  });

  afterAll(async () => {
    await platform.end();
    await dropDatabases();
    await dropStreams();
    rmSync(directory, { recursive: true, force: true });
  });

  test('starts every subgraph as a process of its own and is ready', async () => {
    const response = await fetch(demo.urls['health']!);
    expect(await response.json()).toEqual({
      status: 'ready',
      subgraphs: Object.fromEntries(subgraphNames.map((name) => [name, 'ready'])),
    });
    const pids = readPids();
    expect(Object.keys(pids)).toEqual(expect.arrayContaining(['launcher', 'gateway', ...subgraphNames]));
    expect(new Set(Object.values(pids)).size).toBe(Object.keys(pids).length);
  });

  test('gives a demo client a token that reads through the gateway', async () => {
    expect(await listPatients(demo)).toMatchObject({ data: { patients: { nodes: expect.any(Array) } } });
  });

  test('keeps every process but the gateway closed to whoever is not the gateway', async () => {
    const response = await fetch(environment['SUBGRAPH_URL_CLINICAL']!, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ __typename }' }),
    });
    expect(response.status).toBe(401);
  });

  test('brings a killed subgraph back, and it answers as before', async () => {
    const before = readPids()['clinical']!;
    process.kill(before, 'SIGKILL');
    await platform.until('another clinical process', () => {
      const now = readPids()['clinical'];
      return now !== undefined && now !== before;
    });
    const answer = await platform.until('its answer', async () => {
      const found = await listPatients(demo);
      return found.errors ? null : found;
    });
    expect(answer).toMatchObject({ data: { patients: { nodes: expect.any(Array) } } });
  });

  test('refuses a second platform on the same port in one line', async () => {
    const second = launch(environment);
    expect(await second.exitCode).toBe(1);
    const said = second.output().trim().split('\n');
    expect(said).toEqual([expect.stringMatching(/^PORT: 127\.0\.0\.1:\d+ is taken/)]);
  });

  test('drains every process on SIGTERM and exits with 0', async () => {
    const pids = readPids();
    platform.child.kill('SIGTERM');
    expect(await platform.exitCode).toBe(0);
    expect(Object.values(pids).filter(isAlive)).toEqual([]);
    expect(existsSync(join(directory, 'processes.json'))).toBe(false);
  });

  test('starts again with the data it had, and its processes end when it is killed', async () => {
    platform = launch(environment);
    await platform.until('the second start', () => platform.output().includes('ready in'));
    expect(readDemo(join(directory, 'demo.json')).clients).toEqual(demo.clients);
    expect(await listPatients(demo)).not.toHaveProperty('errors');
    const pids = Object.values(readPids());
    platform.child.kill('SIGKILL');
    await platform.exitCode;
    await platform.until('the end of all processes', () => !pids.some(isAlive));
  });

  test('runs one subgraph alone from its environment, as an orchestrator does', async () => {
    const [port = 0] = await freePorts(1);
    const url = `http://127.0.0.1:${String(port)}`;
    const alone = launch({ ...environment, ...subgraphEnvironment(url) }, ['subgraph.js', 'consent']);
    const health = await alone.until('its health', () => fetch(`${url}/health/ready`).catch(() => null));
    expect(await health.json()).toMatchObject({ status: 'ready' });
    alone.child.kill('SIGTERM');
    expect(await alone.exitCode).toBe(0);
    expect(alone.output()).toBe('');
  });

  test.each([
    ['MYSQL_PORT', '1', /^MYSQL_HOST, MYSQL_PORT: there is no MySQL at 127\.0\.0\.1:1$/],
    ['REDIS_URL', 'redis://127.0.0.1:1', /^REDIS_URL: there is no Redis that answers at 127\.0\.0\.1:1$/],
    ['MYSQL_USER', 'nobody', /^\w+: The database \w+ at [\d.:]+ cannot be opened \(ER_ACCESS_DENIED_ERROR\)/],
    ['DEMO', 'perhaps', /^DEMO: must be on or off$/],
    ['SUBGRAPHS', 'auth,weather', /^SUBGRAPHS: supergraph\.yaml has no weather$/],
  ])('says in one line that %s is wrong and exits with 1', async (name, value, line) => {
    const failed = launch({ ...environment, [name]: value });
    expect(await failed.exitCode).toBe(1);
    const said = failed.output().trim().split('\n');
    expect(said).toEqual([expect.stringMatching(line)]);
  });
});

/** A dozen processes start at once, on a machine that may have other things to do. */
const waitMs = 100_000;
jest.setTimeout(150_000);

interface Launched {
  readonly child: ChildProcess;
  readonly exitCode: Promise<number | null>;
  readonly output: () => string;
  until<T>(what: string, condition: () => Promise<T | null | false> | T | null | false): Promise<T>;
  end(): Promise<void>;
}

function launch(environment: NodeJS.ProcessEnv, args: readonly string[] = ['main.js']): Launched {
  const [file = '', ...rest] = args;
  const child = spawn(process.execPath, [join(services, file), ...rest], {
    cwd: root,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const exitCode = once(child, 'close').then(([code]) => code as number | null);
  return {
    child,
    exitCode,
    output: () => output,
    until: async (what, condition) => {
      const deadline = Date.now() + waitMs;
      while (Date.now() < deadline) {
        const value = await condition();
        if (value) return value;
        await pause(50);
      }
      throw new Error(`Waited for ${what}; the platform said: ${output}`);
    },
    end: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await exitCode;
    },
  };
}

async function environmentOf(names: readonly string[]): Promise<Record<string, string | undefined>> {
  const [port, objectsPort, ...ports] = await freePorts(names.length + 2);
  const urls = names.map((name, index) => [
    `SUBGRAPH_URL_${name.toUpperCase()}`,
    `http://127.0.0.1:${String(ports[index])}/graphql`,
  ]);
  return {
    ...inherited,
    ...(Object.fromEntries(urls) as Record<string, string>),
    SUBGRAPHS: names.join(','),
    PORT: String(port),
    OBJECTS_PORT: String(objectsPort),
    DATA_DIR: directory,
    ...{ REGION: 'UK', MYSQL_PREFIX: prefix },
    EVENTS_PREFIX: prefix,
    EVENTS_PARTITIONS: '4',
    MYSQL_POOL_SIZE: '3',
    LOG_LEVEL: 'silent',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}

function subgraphEnvironment(url: string): Record<string, string> {
  const { signers, keys } = generateInternalKeys(['gateway', 'service:consent']);
  return {
    ...{ REGION: 'UK', PORT: new URL(url).port },
    PUBLIC_URL: url,
    SUPERGRAPH_URL: `${url}/graphql`,
    CONTEXT_SECRET: readFileSync(join(directory, 'keys', 'context-secret'), 'utf8'),
    KEK_FILE: join(directory, 'keys', 'kek'),
    ...{ S3_ENDPOINT: url, S3_ACCESS_KEY_ID: 'test', S3_SECRET_ACCESS_KEY: 'test' },
    ...{ INTERNAL_PRIVATE_KEY: exportSigner(signers.get('service:consent')!), INTERNAL_KEYS: exportKeys(keys) },
  };
}

async function listPatients({ urls, clients }: DemoFile): Promise<{ data?: unknown; errors?: unknown }> {
  const client = clients.find(({ name }) => name === 'read-only')!;
  const basic = Buffer.from(`${client.clientId}:${client.clientSecret}`).toString('base64');
  const granted = await fetch(urls['token']!, {
    method: 'POST',
    headers: { authorization: `Basic ${basic}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: 'grant_type=client_credentials',
  });
  const { access_token: token } = (await granted.json()) as { access_token: string };
  const response = await fetch(urls['graphql']!, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ patients(first: 2) { nodes { id } } }' }),
  });
  return (await response.json()) as { data?: unknown; errors?: unknown };
}

function readPids(): Record<string, number> {
  return JSON.parse(readFileSync(join(directory, 'processes.json'), 'utf8')) as Record<string, number>;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Below the range from which the system gives ports to clients, who could take one before the platform does. */
async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(15_000, 32_000);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** Jest must know at once which tests there are, so another process tries the port. */
function isListening({ host, port }: { host: string; port: number }): boolean {
  const attempt = `require('node:net').connect(${String(port)}, '${host}')
    .on('connect', () => process.exit(0)).on('error', () => process.exit(1))`;
  return spawnSync(process.execPath, ['-e', attempt], { timeout: 5_000 }).status === 0;
}

async function dropDatabases(): Promise<void> {
  const server = await createConnection(mysql);
  const named = [`${prefix}\\_%`];
  const [databases] = await server.query<RowDataPacket[]>(
    'SELECT schema_name AS name FROM information_schema.schemata WHERE schema_name LIKE ?',
    named,
  );
  for (const { name } of databases) await server.query(`DROP DATABASE \`${String(name)}\``);
  const [accounts] = await server.query<RowDataPacket[]>(
    'SELECT user AS name FROM mysql.user WHERE user LIKE ?',
    named,
  );
  for (const { name } of accounts) await server.query(`DROP USER '${String(name)}'@'%'`);
  await server.end();
}

async function dropStreams(): Promise<void> {
  const client = new Redis(redis.href);
  const keys = [...(await client.keys(`{${prefix}:*`)), ...(await client.keys(`${prefix}:*`))];
  if (keys.length > 0) await client.del(...keys);
  client.disconnect();
}
