import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signActorContext, serviceActor } from '#shared/auth';
import { type Answer, type TestGateway, startTestGateway } from '../testing/test-gateway';
import { RawSocket } from '../testing/socket-client';
import {
  PersistedDocuments,
  type PersistedDocumentsOptions,
  type PersistedOutcome,
  documentIdOf,
  readManifest,
} from '.';

const ping = 'query Ping { ping }';
const person = '# A person by id.\nquery Person($id: ID!) { person(id: $id) { id name } }';
const touch = 'mutation Touch { touch }';
const watchCases = 'subscription Watch { caseChanged(caseId: "c1") { id title } }';
const manifest = {
  format: 'apollo-persisted-query-manifest',
  version: 1,
  operations: [
    { id: documentIdOf(ping).slice('sha256:'.length), name: 'Ping', type: 'query', body: ping },
    { id: 'person-v1', name: 'Person', type: 'query', body: person },
    { id: documentIdOf(touch), name: 'Touch', type: 'mutation', body: touch, description: 'Touches.' },
    { id: documentIdOf(watchCases), name: 'Watch', type: 'subscription', body: watchCases },
  ],
};

let folder: string;
let file: string;
let gateway: TestGateway | null;
let outcomes: PersistedOutcome[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'persisted-'));
  file = join(folder, 'manifest.json');
  write(manifest);
  outcomes = [];
  gateway = null;
});

afterEach(async () => {
  await gateway?.close();
  rmSync(folder, { recursive: true });
});

function write(content: unknown): void {
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
}

function documents(options: Partial<PersistedDocumentsOptions> = {}): PersistedDocuments {
  return new PersistedDocuments({
    only: 'off',
    clients: new Set(),
    automaticLength: 10_000,
    count: (outcome) => outcomes.push(outcome),
    ...options,
  });
}

async function start(options: Partial<PersistedDocumentsOptions> = {}): Promise<TestGateway> {
  const persisted = documents(options);
  persisted.replace(readManifest(file));
  gateway = await startTestGateway({ persisted });
  await gateway.listen();
  return gateway;
}

const post = (body: object, headers: Record<string, string> = {}): Promise<Answer> => gateway!.post(body, headers);
const codeOf = ({ status, errors }: Answer): unknown[] => [status, errors?.[0]?.extensions?.['code']];
const apollo = (sha256Hash: string): Record<string, unknown> => ({ persistedQuery: { version: 1, sha256Hash } });
const hashOf = (text: string): string => documentIdOf(text).slice('sha256:'.length);

describe('a document named by its id', () => {
  test('has the identifier that GraphQL over HTTP gives its example', () => {
    expect(documentIdOf('query($id:ID!){user(id:$id){name}}')).toBe(
      'sha256:71f7dc5758652baac68e4a10c50be732b741c892ade2883a99358f52b555286b',
    );
  });

  test('is run, whether by its hash, by the id of the manifest, or by the hash in Apollo’s extension', async () => {
    await start();
    const variables = { id: 'd1' };
    for (const body of [
      { documentId: documentIdOf(person), variables },
      { documentId: 'person-v1', variables },
      { extensions: apollo(hashOf(person)), variables },
      { extensions: apollo('person-v1'), variables },
    ]) {
      expect(await post(body)).toMatchObject({ status: 200, data: { person: { id: 'd1', name: 'Dr One' } } });
    }
    expect(outcomes).toEqual(['manifest', 'manifest', 'manifest', 'manifest']);
  });

  test('is refused with 404 and one error when nobody knows it, and counted', async () => {
    await start();
    const answer = await post({ documentId: documentIdOf('{ other }') });
    expect(codeOf(answer)).toEqual([404, 'PERSISTED_QUERY_NOT_FOUND']);
    expect([answer.errors?.length, answer.data]).toEqual([1, undefined]);
    expect(outcomes).toEqual(['unknown']);
  });

  test('is refused when another document comes along under its id', async () => {
    await start();
    expect(codeOf(await post({ documentId: 'person-v1', query: '{ ping }' }))).toEqual([400, 'BAD_REQUEST']);
    expect(await post({ documentId: documentIdOf(ping), query: ping })).toMatchObject({ data: { ping: 'pong' } });
  });

  test.each([{}, { query: '' }, { documentId: '' }])('is needed where there is no text: %j', async (body) => {
    await start();
    expect(codeOf(await post(body))).toEqual([400, 'BAD_REQUEST']);
  });

  test('may be a subscription on a socket', async () => {
    const { url, issuer, events } = await start({ only: 'all' });
    const socket = await RawSocket.open(url);
    socket.send({
      type: 'connection_init',
      payload: { authorization: await issuer.bearer(['clinical:cases:read']) },
    });
    await socket.until(({ type }) => type === 'connection_ack');
    socket.send({ type: 'subscribe', id: 'free', payload: { query: 'subscription { caseChanged { id } }' } });
    const refusal = await socket.until(({ id }) => id === 'free');
    expect(JSON.stringify(refusal)).toContain('PERSISTED_QUERY_ONLY');
    socket.send({ type: 'subscribe', id: 'named', payload: { query: '', documentId: documentIdOf(watchCases) } });
    socket.send({ type: 'ping' });
    await socket.until(({ type }) => type === 'pong');
    events.announce({ organisationId: 'org_one', resourceId: 'c1' });
    expect(await socket.until(({ id }) => id === 'named')).toMatchObject({ type: 'next' });
    socket.close();
    await socket.closed;
  });
});

describe('a caller that may run persisted operations only', () => {
  test('is refused free text, in whatever way it comes, and runs what is persisted', async () => {
    const { issuer } = await start({ only: 'partners', clients: new Set(['cli_partner']) });
    const authorization = await issuer.bearer([], { clientId: 'cli_partner' });
    const ask = (body: object): Promise<Answer> => post(body, { authorization });
    const refused = [403, 'PERSISTED_QUERY_ONLY'];
    expect(codeOf(await ask({ query: '{ ping }' }))).toEqual(refused);
    expect(codeOf(await ask({ query: '{ ping }', extensions: apollo(hashOf('{ ping }')) }))).toEqual(refused);
    expect(await ask({ documentId: documentIdOf(ping) })).toMatchObject({ data: { ping: 'pong' } });
    expect(outcomes).toEqual(['refused', 'refused', 'manifest']);
  });

  test('does not reach what others have registered', async () => {
    const { issuer } = await start({ only: 'partners', clients: new Set(['cli_partner']) });
    const query = '{ ping ping2: ping }';
    await post({ query, extensions: apollo(hashOf(query)) });
    const authorization = await issuer.bearer([], { clientId: 'cli_partner' });
    const answer = await post({ extensions: apollo(hashOf(query)) }, { authorization });
    expect(codeOf(answer)).toEqual([200, 'PERSISTED_QUERY_NOT_FOUND']);
  });

  test.each([
    { only: 'partners', userId: 'usr_one', status: 200 },
    { only: 'partners', userId: null, status: 403 },
    { only: 'all', userId: 'usr_one', status: 403 },
    { only: 'off', userId: null, status: 200 },
  ] as const)('is any client that acts for itself, where the list says so: %j', async ({ only, userId, status }) => {
    const { issuer } = await start({ only, clients: new Set(['*']) });
    const authorization = await issuer.bearer([], { clientId: 'cli_other', userId });
    expect((await post({ query: '{ ping }' }, { authorization })).status).toBe(status);
  });

  test('is anybody without a token too when all are, and never a service of the platform', async () => {
    const { internal } = await start({ only: 'all' });
    expect(codeOf(await post({ query: '{ ping }' }))).toEqual([403, 'PERSISTED_QUERY_ONLY']);
    const signer = internal.signers.get('service:reviews')!;
    const service = serviceActor('reviews', { organisationId: 'org_one', region: 'UK' }, []);
    const authorization = `Service ${await signActorContext(signer, service, 'gateway')}`;
    expect((await post({ query: '{ ping }' }, { authorization })).status).toBe(200);
  });
});

describe('Apollo’s automatic persisted queries', () => {
  const query = '{ ping }';
  const hashed = { extensions: apollo(hashOf(query)) };

  test('are registered by the second request and named from then on', async () => {
    await start();
    const first = await post(hashed);
    expect([...codeOf(first), first.errors?.[0]?.message]).toEqual([
      200,
      'PERSISTED_QUERY_NOT_FOUND',
      'PersistedQueryNotFound',
    ]);
    expect(await post({ ...hashed, query })).toMatchObject({ data: { ping: 'pong' } });
    expect(await post(hashed)).toMatchObject({ data: { ping: 'pong' } });
    expect(outcomes).toEqual(['unknown', 'registered', 'automatic']);
  });

  test.each([
    { query: '{ ping }', extensions: apollo('0'.repeat(64)) },
    { query: '{ ping }', extensions: { persistedQuery: { version: 2, sha256Hash: hashOf(query) } } },
    { extensions: { persistedQuery: { version: 1 } } },
    { extensions: { persistedQuery: 'x' } },
  ])('are refused when malformed, or under the hash of something else: %j', async (body) => {
    await start();
    expect(codeOf(await post(body))).toEqual([400, 'BAD_REQUEST']);
  });

  test('that are off tell Apollo’s clients so, and take the text', async () => {
    await start({ automaticLength: 0 });
    expect(codeOf(await post(hashed))).toEqual([200, 'PERSISTED_QUERY_NOT_SUPPORTED']);
    expect(await post({ ...hashed, query })).toMatchObject({ data: { ping: 'pong' } });
    expect(codeOf(await post(hashed))).toEqual([200, 'PERSISTED_QUERY_NOT_SUPPORTED']);
  });

  test('forget the least used beyond their bound', () => {
    const persisted = documents({ automaticLength: 100 });
    const texts = Array.from({ length: 30 }, (_, turn) => `{ a${String(turn).padStart(2, '0')}: ping }`);
    const name = (text: string): string => persisted.resolve({ extensions: apollo(hashOf(text)) }, null).source;
    for (const text of texts) {
      persisted.resolve({ query: text, extensions: apollo(hashOf(text)) }, null);
      name(texts[0]!);
    }
    const known = texts.filter((text) => {
      try {
        return name(text) === text;
      } catch {
        return false;
      }
    });
    expect(known).toEqual([texts[0], ...texts.slice(-6)]);
    const long = `{ ping } #${'x'.repeat(70_000)}`;
    const roomy = documents({ automaticLength: 1_000_000 });
    roomy.resolve({ query: long, extensions: apollo(hashOf(long)) }, null);
    expect(() => roomy.resolve({ extensions: apollo(hashOf(long)) }, null)).toThrow('PersistedQueryNotFound');
  });
});

describe('a persisted query by GET', () => {
  const headers = { 'apollo-require-preflight': 'true' };

  async function get(
    search: Record<string, string> | URLSearchParams,
    more: Record<string, string> = {},
  ): Promise<Response> {
    return fetch(`${gateway!.url}/graphql?${new URLSearchParams(search).toString()}`, {
      headers: { ...headers, ...more },
    });
  }

  test('has an ETag, and is not sent again to whoever has it', async () => {
    await start();
    const search = { documentId: documentIdOf(person), variables: '{"id":"d1"}' };
    const first = await get(search);
    const etag = first.headers.get('etag')!;
    expect([first.status, first.headers.get('cache-control')]).toEqual([200, 'private, no-cache']);
    expect(first.headers.get('vary')).toContain('Authorization');
    expect(await first.json()).toMatchObject({ data: { person: { id: 'd1' } } });
    for (const given of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await get(search, { 'if-none-match': given });
      expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag]);
    }
    const other = await get({ ...search, variables: '{"id":"p2"}' }, { 'if-none-match': etag });
    expect([other.status, other.headers.get('etag') === etag]).toEqual([200, false]);
  });

  test('is answered anew when the caller may see something else', async () => {
    const text = 'query Id { patient(id: "p1") { nationalId } }';
    write({ [documentIdOf(text)]: text });
    const { issuer } = await start();
    const search = { documentId: documentIdOf(text) };
    const may = { authorization: await issuer.bearer(['clinical:patients:read']) };
    const etag = (await get(search, may)).headers.get('etag')!;
    const mayNot = { authorization: await issuer.bearer([]) };
    const answer = await get(search, { ...mayNot, 'if-none-match': etag });
    expect([answer.status, JSON.stringify(await answer.json())]).toEqual([
      200,
      expect.not.stringContaining('national-p1'),
    ]);
  });

  test('is never a mutation', async () => {
    const { calls } = await start();
    const answer = await get({ documentId: documentIdOf(touch) });
    expect([answer.status, answer.headers.get('allow'), calls.length]).toEqual([405, 'POST', 0]);
  });

  test('is stored nowhere when it is not persisted, refused or unknown', async () => {
    await start();
    for (const search of [new URLSearchParams({ query: '{ ping }' }), new URLSearchParams({ documentId: 'unknown' })]) {
      const { headers: answered } = await get(search);
      expect([answered.get('cache-control'), answered.get('etag')]).toEqual(['no-store', null]);
    }
  });
});
