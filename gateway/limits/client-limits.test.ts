import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PersistedDocuments, documentIdOf, readManifest } from '../persisted';
import { openSocket, reader, RawEventStream } from '../testing/live-clients';
import { type TestGateway, type TestGatewayOptions, startTestGateway } from '../testing/test-gateway';

/** What a token says its client is held to, on every way in. */

const query = '{ cases { id } }';
const watch = 'subscription { caseChanged { id } }';
let gateway: TestGateway;

async function start(options: TestGatewayOptions = {}): Promise<void> {
  gateway = await startTestGateway({ persisted: documents(), ...options });
  await gateway.listen();
}

afterEach(() => gateway.close());

function documents(): PersistedDocuments {
  const folder = mkdtempSync(join(tmpdir(), 'limits-'));
  const body = 'query Board { cases { id } }';
  const operations = [{ id: documentIdOf(body), name: 'Board', type: 'query', body, mcp: true }];
  const file = join(folder, 'manifest.json');
  writeFileSync(file, JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations }));
  const read = new PersistedDocuments({
    ...{ only: 'off', clients: new Set<string>(), automaticLength: 10_000, count: () => undefined },
  });
  read.replace(readManifest(file));
  rmSync(folder, { recursive: true });
  return read;
}

const bearer = (limits: object): Promise<string> => gateway.issuer.bearer(reader, { limits });

async function post(
  limits: object,
  body: object = { query },
  headers: Record<string, string> = {},
): Promise<[status: number, code: unknown]> {
  const { status, errors } = await gateway.post(body, { authorization: await bearer(limits), ...headers });
  return [status, errors?.[0]?.extensions?.['code']];
}

async function callTool(limits: object, headers: Record<string, string> = {}): Promise<[number, unknown]> {
  const response = await fetch(`${gateway.url}/mcp`, {
    method: 'POST',
    headers: {
      ...{ accept: 'application/json, text/event-stream', 'content-type': 'application/json' },
      ...{ authorization: await bearer(limits), ...headers },
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'Board', arguments: {} } }),
  });
  return [response.status, await response.json()];
}

const refused = [403, 'ADDRESS_NOT_ALLOWED'];

describe('a client that is bound to networks', () => {
  test.each([
    { net: ['127.0.0.0/8'], isIn: true },
    { net: ['192.0.2.0/24', '127.0.0.1/32'], isIn: true },
    { net: ['0.0.0.0/0'], isIn: true },
    { net: ['192.0.2.0/24'], isIn: false },
    { net: ['::1/128'], isIn: false },
    { net: ['no network'], isIn: false },
  ])('may call from 127.0.0.1 with $net: $isIn', async ({ net, isIn }) => {
    await start();
    expect(await post({ net })).toEqual(isIn ? [200, undefined] : refused);
  });

  test('is looked at by the address that our own proxy has seen, where there is one', async () => {
    await start({ config: { trustProxy: true, port: 0 } });
    const from = (address: string): Record<string, string> => ({ 'x-forwarded-for': address });
    const limits = { net: ['198.51.100.0/24', '2001:db8::/32'] };
    expect(await post(limits, { query }, from('203.0.113.9, 198.51.100.7'))).toEqual([200, undefined]);
    expect(await post(limits, { query }, from('2001:db8:1::9'))).toEqual([200, undefined]);
    expect(await post(limits, { query }, from('::ffff:198.51.100.9'))).toEqual([200, undefined]);
    for (const address of ['198.51.100.7, 203.0.113.9', '2001:db9::1', 'unknown', '']) {
      expect(await post(limits, { query }, from(address))).toEqual(refused);
    }
  });

  test('cannot say by itself where it comes from', async () => {
    await start();
    expect(await post({ net: ['192.0.2.0/24'] }, { query }, { 'x-forwarded-for': '192.0.2.7' })).toEqual(refused);
  });

  test('opens no socket, no event stream and no tool from elsewhere', async () => {
    await start();
    const limits = { net: ['192.0.2.0/24'] };
    await expect(openSocket(gateway, reader, { limits })).rejects.toThrow('4403');
    const stream = await RawEventStream.open(gateway.url, { query: watch }, { authorization: await bearer(limits) });
    expect(stream.response.status).toBe(403);
    expect(await callTool(limits)).toMatchObject([403, { error: { data: { code: 'ADDRESS_NOT_ALLOWED' } } }]);
    (await openSocket(gateway, reader, { limits: { net: ['127.0.0.1/32'] } })).close();
  });
});

describe('a client of persisted operations only', () => {
  const limits = { po: true };

  test('runs those and nothing else, over HTTP and as a tool', async () => {
    await start();
    expect(await post(limits)).toEqual([403, 'PERSISTED_QUERY_ONLY']);
    expect(await post(limits, { documentId: documentIdOf('query Board { cases { id } }') })).toEqual([200, undefined]);
    expect((await callTool(limits))[0]).toBe(200);
    expect(await post({})).toEqual([200, undefined]);
  });

  test('registers nothing by its hash, and does not run what others have registered', async () => {
    await start();
    const sha256Hash = documentIdOf(query).replace('sha256:', '');
    const extensions = { persistedQuery: { version: 1, sha256Hash } };
    expect(await post({}, { query, extensions })).toEqual([200, undefined]);
    expect(await post({}, { extensions })).toEqual([200, undefined]);
    expect(await post(limits, { extensions })).toEqual([200, 'PERSISTED_QUERY_NOT_FOUND']);
    expect(await post(limits, { query, extensions })).toEqual([403, 'PERSISTED_QUERY_ONLY']);
  });

  test('subscribes to nothing of its own, on sockets and event streams', async () => {
    await start();
    const socket = await openSocket(gateway, reader, { limits });
    socket.subscribe('1', watch);
    expect(await socket.until(({ id }) => id === '1')).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'PERSISTED_QUERY_ONLY' } }],
    });
    socket.close();
    const stream = await RawEventStream.open(gateway.url, { query: watch }, { authorization: await bearer(limits) });
    expect((await stream.results(1))[0]?.result).toMatchObject({
      errors: [{ extensions: { code: 'PERSISTED_QUERY_ONLY' } }],
    });
  });
});

describe('a client with a rate of its own', () => {
  test('is refused beyond it on every way in, with when to come again, while others go on', async () => {
    await start();
    const limits = { rpm: 3 };
    const socket = await openSocket(gateway, reader, { limits });
    expect(await post(limits)).toEqual([200, undefined]);
    expect(await post(limits, { query: '{ nothing }' })).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
    expect((await callTool(limits))[1]).toMatchObject({ result: { structuredContent: { data: {} } } });
    const last = await gateway.post({ query }, { authorization: await bearer(limits) });
    expect([last.status, last.errors?.[0]?.extensions]).toMatchObject([
      429,
      { code: 'RATE_LIMITED', policy: 'client-requests' },
    ]);
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(last.headers.get('ratelimit-policy')).toBe('"client-requests";q=3;w=60');
    expect((await callTool(limits))[1]).toMatchObject({
      result: { isError: true, structuredContent: { errors: [{ extensions: { code: 'RATE_LIMITED' } }] } },
    });
    socket.subscribe('1', watch);
    expect(await socket.until(({ id }) => id === '1')).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'RATE_LIMITED' } }],
    });
    socket.close();
    const { status } = await gateway.post(
      { query },
      { authorization: await gateway.issuer.bearer(reader, { clientId: 'cli_2' }) },
    );
    expect(status).toBe(200);
  });
});
