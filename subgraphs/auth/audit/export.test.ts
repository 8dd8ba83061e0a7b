import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { type Actor, type Scope, serviceActor } from '#shared/auth';
import { newId } from '#shared/ids';
import { actorOf } from '#shared/testing';
import { type AuthUnderTest, type Clinic, startAuth } from '../auth.fixture';
import { Product } from '../products/product.entity';
import { OtherChain } from './chain.fixture';

let auth: AuthUnderTest;
let clinic: Clinic;
let auditor: Actor;
let chain: OtherChain;

beforeAll(async () => {
  auth = await startAuth();
});
afterAll(() => auth.stop());

beforeEach(async () => {
  clinic = await auth.newClinic();
  auditor = actorOf(clinic.organisation, { scopes: ['auth:audit:read', 'auth:clients:write', 'auth:clients:read'] });
  chain = new OtherChain(clinic.organisation);
});

async function ask<T>(actor: Actor, query: string, variables: Record<string, unknown> = {}): Promise<T> {
  const { data, errors } = await auth.subject.ask(actor, query, variables);
  expect(errors).toBeUndefined();
  return data as T;
}

async function send(count: number): Promise<void> {
  const bring = 'mutation ($part: SealedAuditPartInput!) { indexAuditRecords(part: $part) { sequence } }';
  const as = serviceActor('clinical', clinic.organisation, ['auth:audit:index']);
  const records = Array.from({ length: count }, (_, index) => ({ at: new Date(Date.UTC(2026, 0, 1) + index) }));
  await ask(as, bring, { part: chain.seal(...records) });
}

/** A token of a client with these scopes, got the way clients get it. */
async function tokenWith(scopes: readonly Scope[]): Promise<string> {
  const unit = auth.subject.running.system.unitFor(clinic.organisation, new Date());
  const [product] = await unit.list(Product, {});
  if (!product) throw new Error('There is no product');
  product.allowedScopes = [...new Set([...product.allowedScopes, ...scopes])];
  await unit.save(product);
  const create = `mutation ($input: CreateApiClientInput!) { createApiClient(input: $input) { client { clientId } secret userErrors { code } } }`;
  const input = { idempotencyKey: newId('idk'), name: 'Exporter', productId: product.id, scopes };
  const { createApiClient } = await ask<{ createApiClient: { client: { clientId: string }; secret: string } }>(
    { ...auditor, scopes: new Set([...auditor.scopes, ...scopes]) },
    create,
    { input },
  );
  const response = await fetch(`${auth.url}/v1/oauth/token`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from(`${createApiClient.client.clientId}:${createApiClient.secret}`).toString('base64')}`,
    },
    body: 'grant_type=client_credentials',
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

const get = (query: string, token: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${auth.url}/v1/audit/export?${query}`, { headers: { authorization: `Bearer ${token}`, ...headers } });

const linesIn = (text: string): Record<string, unknown>[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('the trail is exported as JSON lines, oldest first, and goes on after any of its lines', async () => {
  await send(250);
  const token = await tokenWith(['auth:audit:read']);
  const response = await get('subgraph=clinical', token);
  expect(response.headers.get('content-type')).toContain('application/jsonl');
  const lines = linesIn(await response.text());
  expect(lines.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 250 }, (_, index) => index + 1));
  const after = String(lines[119]?.['cursor']);
  const rest = linesIn(await (await get(`subgraph=clinical&after=${after}`, token)).text());
  expect(rest).toEqual(lines.slice(120));
});

test('as CSV it has one header, and may come compressed', async () => {
  await send(150);
  const token = await tokenWith(['auth:audit:read']);
  const plain = await (await get('subgraph=clinical&format=csv', token)).text();
  const rows = plain.trimEnd().split('\r\n');
  expect(rows).toHaveLength(151);
  expect(rows[0]).toMatch(/^cursor,id,subgraph,sequence,at,/);
  const raw = await new Promise<{ bytes: Buffer; encoding: unknown }>((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'accept-encoding': 'gzip' };
    request(`${auth.url}/v1/audit/export?subgraph=clinical&format=csv`, { headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({ bytes: Buffer.concat(chunks), encoding: response.headers['content-encoding'] });
      });
    })
      .on('error', reject)
      .end();
  });
  expect(raw.encoding).toBe('gzip');
  expect(gunzipSync(raw.bytes).toString()).toBe(plain);
});

test('an export is itself in the trail, and so is one that was refused', async () => {
  await get('subgraph=clinical', await tokenWith(['auth:audit:read']));
  expect((await get('', await tokenWith(['auth:clients:read']))).status).toBe(403);
  const query = '{ auditTrail(filter: { action: "AuditTrail.export" }) { nodes { category outcome reason } } }';
  const nodes = await auth.subject.until('both', async () => {
    const { auditTrail } = await ask<{ auditTrail: { nodes: { outcome: string }[] } }>(auditor, query);
    return auditTrail.nodes.length === 2 && auditTrail.nodes;
  });
  expect(nodes.sort((one, other) => one.outcome.localeCompare(other.outcome))).toEqual([
    { category: 'AUTHORIZATION', outcome: 'DENIED', reason: 'FORBIDDEN' },
    { category: 'EXPORT', outcome: 'SUCCESS', reason: null },
  ]);
});

test('nobody exports without a token, with a bad one, by another method, or after a cursor of another list', async () => {
  const token = await tokenWith(['auth:audit:read']);
  expect((await fetch(`${auth.url}/v1/audit/export`)).status).toBe(401);
  expect((await get('', 'not.a.token')).status).toBe(401);
  expect((await get('format=xml', token)).status).toBe(400);
  expect((await get('after=forged.AAAAAAAAAAAAAAAA', token)).status).toBe(400);
  const headers = { authorization: `Bearer ${token}` };
  expect((await fetch(`${auth.url}/v1/audit/export`, { method: 'POST', headers })).status).toBe(405);
});
