import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '#shared/config';
import { applyContract, composeSupergraph, startGateway, type Gateway } from '.';
import { readGatewayEnvironment } from './config';
import { clinicSupergraphSdl } from './testing/test-gateway';
import { type OpenSubgraph, serveOpenSubgraph } from './testing/open-subgraph';

const root = join(__dirname, '..');
const noEvents = (): never => {
  throw new Error('There is nothing to listen to');
};
let shop: OpenSubgraph;
let stock: OpenSubgraph;
let folder: string;
let file: string;
let gateway: Gateway | null;

beforeAll(async () => {
  const product = { __resolveReference: ({ id }: { id: string }) => ({ id, inStock: 3 }) };
  shop = await serveOpenSubgraph('my-shop', {
    typeDefs: 'type Query { products: [Product!]! } type Product @key(fields: "id") { id: ID! name: String }',
    resolvers: { Query: { products: () => [{ id: '1', name: 'Lamp' }] } },
  });
  stock = await serveOpenSubgraph('stock', {
    typeDefs: 'type Product @key(fields: "id") { id: ID! inStock: Int }',
    resolvers: { Product: product },
  });
});

afterAll(async () => {
  await Promise.all([shop.close(), stock.close()]);
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'standalone-'));
  file = join(folder, 'supergraph.graphql');
  gateway = null;
});

afterEach(async () => {
  await gateway?.close();
  rmSync(folder, { recursive: true });
});

const query = 'query Products { products { name inStock } }';
const lamp = { data: { products: [{ name: 'Lamp', inStock: 3 }] } };

async function start(environment: NodeJS.ProcessEnv = {}): Promise<Gateway> {
  const settings = { PORT: '0', LOG_LEVEL: 'silent', SUPERGRAPH_FILE: file, ...environment };
  gateway = await startGateway(noEvents, readGatewayEnvironment(settings));
  return gateway;
}

function post(url: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

describe('a gateway for a supergraph that asks for nobody by name', () => {
  beforeEach(() => {
    writeFileSync(file, composeSupergraph([shop, stock]));
  });

  test('needs nothing but the supergraph: no issuer, no key, no events', async () => {
    const { url } = await start();
    expect(await (await post(url, { query })).json()).toEqual(lamp);
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    expect(shop.requests.some((headers) => 'x-actor-context' in headers)).toBe(false);
  });

  test('refuses a token, which it cannot check, rather than to take it for none', async () => {
    const { url } = await start();
    expect((await post(url, { query }, { authorization: 'Bearer a.b.c' })).status).toBe(401);
  });

  test('finds subgraphs where the environment says, whatever characters their names have', async () => {
    writeFileSync(file, composeSupergraph([{ ...shop, url: 'http://127.0.0.1:1/' }, stock]));
    const { url } = await start({ SUBGRAPH_URL_MY_SHOP: shop.url });
    expect(await (await post(url, { query })).json()).toEqual(lamp);
  });

  test('says which address is missing from a supergraph without', async () => {
    writeFileSync(file, composeSupergraph([{ ...shop, url: '' }, stock]));
    await expect(start()).rejects.toThrow('The supergraph has no address for my-shop: set SUBGRAPH_URL_MY_SHOP');
  });

  test('serves what a contract has left of a supergraph', async () => {
    const tagged = { ...stock, typeDefs: stock.typeDefs.replace('["@key"]', '["@key", "@tag"]') };
    const typeDefs = tagged.typeDefs.replace('inStock: Int', 'inStock: Int @tag(name: "internal")');
    const contract = { include: [], exclude: ['internal'], hideUnreachableTypes: true };
    writeFileSync(file, applyContract(composeSupergraph([shop, { ...tagged, typeDefs }]), contract).sdl);
    const { url } = await start();
    expect((await post(url, { query })).status).toBe(400);
    expect(await (await post(url, { query: '{ products { name } }' })).json()).toEqual({
      data: { products: [{ name: 'Lamp' }] },
    });
  });
});

test('does not serve a supergraph with rules about callers that it is not told how to know', async () => {
  writeFileSync(file, clinicSupergraphSdl);
  await expect(start()).rejects.toThrow(
    new ConfigError(
      'The supergraph uses @authenticated, @requiresScopes: set TOKEN_ISSUER, TOKEN_AUDIENCE and JWKS_URL',
    ),
  );
});

test('goes on without rules when a file comes to have some that it could not enforce', async () => {
  writeFileSync(file, composeSupergraph([shop, stock]));
  const { url } = await start({ RELOAD_INTERVAL_MS: '10' });
  writeFileSync(file, clinicSupergraphSdl);
  const metrics = async (): Promise<string> => (await fetch(`${url}/metrics`)).text();
  while (!(await metrics()).includes('gateway_reloads_total{of="supergraph",outcome="refused"} 1'));
  expect(await (await post(url, { query })).json()).toEqual(lamp);
});

test.each([
  [{ PERSISTED_ONLY: 'all' }, 'PERSISTED_MANIFEST: is needed for PERSISTED_ONLY=all'],
  [{ PERSISTED_ONLY: 'partners', PERSISTED_MANIFEST: 'x' }, 'PERSISTED_ONLY_CLIENTS: is needed'],
  [{ INTERNAL_KEYS: '{}' }, 'INTERNAL_PRIVATE_KEY: is needed with INTERNAL_KEYS'],
])('refuses settings that do not go together: %j', (environment, reason) => {
  expect(() => readGatewayEnvironment(environment)).toThrow(reason);
});

describe('npm run gateway', () => {
  let child: ChildProcess | null = null;
  let output = '';

  beforeAll(() => {
    const built = spawnSync(process.execPath, [join(root, 'infra', 'scripts', 'build.mjs')], { encoding: 'utf8' });
    if (built.status !== 0) throw new Error(built.stderr);
  });

  afterEach(async () => {
    if (child?.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit');
  });

  /** As `npm run gateway --` runs it, once everything is installed and built. */
  function run(...args: string[]): ChildProcess {
    output = '';
    const environment = { RELOAD_INTERVAL_MS: '3600000' };
    child = spawn(process.execPath, [join(root, 'dist', 'gateway', 'main.js'), ...args], { env: environment });
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += String(chunk)));
    return child;
  }

  async function until<T>(find: () => T | null | undefined): Promise<T> {
    for (;;) {
      const found = find();
      if (found != null) return found;
      if (child?.exitCode != null) throw new Error(output);
      await Promise.race([once(child!.stderr!, 'data'), once(child!, 'exit')]);
    }
  }

  test('serves a file on a port with a manifest, reads both again on SIGHUP, and ends in peace', async () => {
    writeFileSync(file, composeSupergraph([shop, stock]));
    const manifest = join(folder, 'manifest.json');
    writeFileSync(manifest, JSON.stringify({ products: query }));
    const process = run('--supergraph', file, '--port', '0', '--persisted', manifest);
    const url = await until(() => /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0]);
    expect(await (await post(url, { documentId: 'products' })).json()).toEqual(lamp);
    writeFileSync(manifest, JSON.stringify({ renamed: query }));
    writeFileSync(file, composeSupergraph([shop]));
    process.kill('SIGHUP');
    await until(() => (output.includes('A new supergraph is served') ? true : null));
    expect((await post(url, { documentId: 'products' })).status).toBe(404);
    expect((await post(url, { documentId: 'renamed' })).status).toBe(400);
    process.kill('SIGTERM');
    expect(await once(process, 'exit')).toEqual([0, null]);
  });

  test.each([
    [['--supergraph', 'nowhere.graphql'], 1, /^The supergraph|nowhere\.graphql cannot be read/],
    [['--supergraf', 'x'], 1, /--supergraph FILE\.graphql/],
    [['--help'], 0, /--persisted/],
  ])('says in words what is wrong with %j', async (args, code, words) => {
    expect(await once(run(...args), 'exit')).toEqual([code, null]);
    expect(output).toMatch(words);
    expect(output).not.toMatch(/^ +at /m);
  });

  test('ends with one line and code 1 when a supergraph has rules and there is no issuer', async () => {
    writeFileSync(file, clinicSupergraphSdl);
    expect(await once(run('--supergraph', file, '--port', '0'), 'exit')).toEqual([1, null]);
    expect(output.trim().split('\n')).toEqual([expect.stringContaining('set TOKEN_ISSUER')]);
  });
});
