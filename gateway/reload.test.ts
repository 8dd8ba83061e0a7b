import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportKeys, exportSigner, generateInternalKeys } from '#shared/auth';
import { composeSupergraph, startGateway, type Gateway } from '.';
import { readGatewayEnvironment } from './config';
import { clinicTypeDefs } from './testing/clinic';
import { EventSource } from './testing/event-source';
import { type OpenSubgraph, serveOpenSubgraph } from './testing/open-subgraph';
import { connectClient } from './testing/socket-client';
import { type SubgraphServer, serveSubgraph } from './testing/subgraph-server';
import { type TokenIssuer, audience, createIssuer, issuer } from './testing/tokens';

const { signers, keys } = generateInternalKeys(['gateway']);
const workers = 4;
let folder: string;
let file: string;
let servers: { readonly clinical: SubgraphServer; readonly reviews: SubgraphServer };
let extra: OpenSubgraph;
let tokens: TokenIssuer;
let keyServer: Server;
let events: EventSource;
let gateway: Gateway;
let authorization: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reload-'));
  file = join(folder, 'supergraph.graphql');
  servers = { clinical: await serveSubgraph('clinical', keys), reviews: await serveSubgraph('reviews', keys) };
  extra = await serveOpenSubgraph('extra', {
    typeDefs: 'type Query { weather: String }',
    resolvers: { Query: { weather: () => 'rain' } },
  });
  tokens = await createIssuer();
  keyServer = createServer((_request, response) => response.end(JSON.stringify(tokens.keys))).listen(0, '127.0.0.1');
  await once(keyServer, 'listening');
  authorization = await tokens.bearer(['clinical:cases:read']);
});

afterAll(async () => {
  await Promise.all([servers.clinical.close(), servers.reviews.close(), extra.close()]);
  keyServer.close();
  keyServer.closeAllConnections();
  rmSync(folder, { recursive: true });
});

beforeEach(async () => {
  writeSupergraph('');
  events = new EventSource();
  const signer = signers.get('gateway');
  const settings = readGatewayEnvironment({
    PORT: '0',
    LOG_LEVEL: 'silent',
    RELOAD_INTERVAL_MS: '10',
    SUPERGRAPH_FILE: file,
    ...{ TOKEN_ISSUER: issuer, REGION: 'UK' },
    TOKEN_AUDIENCE: audience,
    JWKS_URL: `http://127.0.0.1:${String((keyServer.address() as AddressInfo).port)}/jwks`,
    INTERNAL_PRIVATE_KEY: signer && exportSigner(signer),
    INTERNAL_KEYS: exportKeys(keys),
  });
  gateway = await startGateway(() => ({ tail: events, close: () => Promise.resolve() }), settings);
});

afterEach(async () => {
  await gateway.close();
});

/** @param field of Query, for the gateway to be seen by what it serves */
function writeSupergraph(field: string, ...others: readonly OpenSubgraph[]): void {
  const clinical = clinicTypeDefs.clinical.replace('ping: String!', `ping: String! ${field}`);
  writeFileSync(
    file,
    composeSupergraph([
      { name: 'clinical', url: servers.clinical.url, typeDefs: clinical },
      { name: 'reviews', url: servers.reviews.url, typeDefs: clinicTypeDefs.reviews },
      ...others,
    ]),
  );
}

async function post(query: string): Promise<{ readonly status: number; readonly body: unknown }> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body: JSON.stringify({ query }),
  });
  return { status: response.status, body: await response.json() };
}

const metric = async (labels: string): Promise<number> => {
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`gateway_reloads_total{${labels}}`))
      ?.split(' ')[1] ?? 0,
  );
};

/** Waits until the gateway says that something has come of what was written. */
async function untilCounted(labels: string, count: number): Promise<void> {
  while ((await metric(labels)) < count);
}

const used = 'of="supergraph",outcome="used"';
const refused = 'of="supergraph",outcome="refused"';

test('drops no request and no socket over ten reloads under constant load', async () => {
  const client = connectClient(gateway.url, authorization);
  const results = client.subscribe('subscription { caseChanged { id reviews { rating } } }');
  const answers: { readonly status: number; readonly body: unknown }[] = [];
  let isOver = false;
  const load = Array.from({ length: workers }, async () => {
    while (!isOver) answers.push(await post('{ ping cases { id reviews { rating } } }'));
  });
  const received: unknown[] = [];
  for (let turn = 1; turn <= 10; turn++) {
    writeSupergraph(`extra${String(turn)}: Int`);
    await untilCounted(used, turn);
    const next = results.next();
    await untilSubscribed();
    events.announce({ organisationId: 'org_one', resourceId: `c${String(turn)}` });
    received.push((await next).value);
  }
  isOver = true;
  await Promise.all(load);
  await client.dispose();
  const reviews = [{ rating: 1 }, { rating: 2 }];
  const expected = {
    status: 200,
    body: { data: { ping: 'pong', cases: ['c1', 'c2'].map((id) => ({ id, reviews })) } },
  };
  expect(answers.length).toBeGreaterThan(10);
  for (const answer of answers) expect(answer).toEqual(expected);
  expect(received).toMatchObject(
    Array.from({ length: 10 }, (_, turn) => ({ data: { caseChanged: { id: `c${String(turn + 1)}`, reviews } } })),
  );
  expect((await post('{ extra10 }')).status).toBe(200);
  expect((await post('{ extra9 }')).status).toBe(400);
});

/** The first read of an iterator is what opens the socket. */
async function untilSubscribed(): Promise<void> {
  for (;;) {
    const text = await (await fetch(`${gateway.url}/metrics`)).text();
    if (text.includes('gateway_subscriptions 1')) return;
  }
}

test('goes on with the old supergraph while the file is broken, and takes the mended one', async () => {
  writeFileSync(file, 'type Query {');
  await untilCounted(refused, 1);
  expect(await post('{ ping }')).toEqual({ status: 200, body: { data: { ping: 'pong' } } });
  writeSupergraph('mended: Int');
  await untilCounted(used, 1);
  expect((await post('{ mended }')).status).toBe(200);
});

test('reaches a subgraph that comes with a reload, and is ready without one that has gone', async () => {
  writeSupergraph('', extra);
  await untilCounted(used, 1);
  expect(await post('{ weather ping }')).toEqual({ status: 200, body: { data: { weather: 'rain', ping: 'pong' } } });
  const ready = async (): Promise<unknown> => (await fetch(`${gateway.url}/health/ready`)).json();
  expect(await ready()).toMatchObject({ status: 'ready', subgraphs: { extra: 'ready' } });
  writeSupergraph('');
  await untilCounted(used, 2);
  expect(await ready()).toEqual({ status: 'ready', subgraphs: { clinical: 'ready', reviews: 'ready' } });
});
