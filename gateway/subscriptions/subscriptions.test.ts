import { type Scope } from '#shared/auth';
import { defaultSubscriptionLimits } from '.';
import { RawSocket, type SocketClient, connectClient } from '../testing/socket-client';
import { type TestGateway, codesByPath, startTestGateway } from '../testing/test-gateway';
import { type TokenOptions } from '../testing/tokens';

const organisationId = 'org_one';
const changed = 'subscription($id: ID) { caseChanged(caseId: $id) { id title reviews { rating text } } }';
const reader: readonly Scope[] = ['clinical:cases:read', 'reviews:human:read'];

let gateway: TestGateway;
let clients: SocketClient[] = [];

beforeAll(async () => {
  gateway = await startTestGateway({
    config: { subscriptionLimits: { ...defaultSubscriptionLimits, queuedEvents: 5, subscriptionsPerSocket: 2 } },
  });
  await gateway.listen();
});

afterEach(async () => {
  await Promise.all(clients.map((client) => client.dispose()));
  clients = [];
  await listening(0);
});

afterAll(async () => {
  await gateway.close();
});

async function connect(scopes: readonly Scope[], options: TokenOptions = {}): Promise<SocketClient> {
  const client = connectClient(gateway.url, await gateway.issuer.bearer(scopes, options));
  clients.push(client);
  return client;
}

async function openRaw(scopes: readonly Scope[], options: TokenOptions = {}): Promise<RawSocket> {
  const socket = await RawSocket.open(gateway.url);
  socket.send({ type: 'connection_init', payload: { authorization: await gateway.issuer.bearer(scopes, options) } });
  return socket;
}

/** The gauge says when a subscription listens: an event before that is not for it. */
async function listening(count: number): Promise<void> {
  for (;;) {
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    if (metrics.includes(`gateway_subscriptions ${String(count)}\n`)) return;
  }
}

const announce = (resourceId: string, rest: Partial<Parameters<TestGateway['events']['announce']>[0]> = {}): void => {
  gateway.events.announce({ organisationId, resourceId, ...rest });
};

test('answers an event from the subgraphs that own its parts, in the order of the events', async () => {
  const client = await connect(reader);
  const results = client.subscribe(changed);
  const first = results.next();
  await listening(1);
  for (const id of ['c1', 'c2', 'c3']) announce(id);
  expect((await first).value).toEqual({
    data: {
      caseChanged: {
        id: 'c1',
        title: 'Case c1',
        reviews: [
          { rating: 1, text: 'one' },
          { rating: 2, text: 'two' },
        ],
      },
    },
    extensions: { cursor: expect.any(String) as unknown },
  });
  expect((await results.next()).value).toMatchObject({ data: { caseChanged: { id: 'c2' } } });
  expect((await results.next()).value).toMatchObject({ data: { caseChanged: { id: 'c3' } } });
  await results.return?.();
  await listening(0);
});

test('tells a viewer nothing of other organisations, other types, other cases, or what the owner hides', async () => {
  const mine = (await connect(reader)).subscribe(changed, { id: 'c7' });
  const theirs = (await connect(reader, { organisationId: 'org_two' })).subscribe(changed);
  const [atMine, atTheirs] = [mine.next(), theirs.next()];
  await listening(2);
  announce('c7', { organisationId: 'org_three' });
  announce('c7', { type: 'clinical.image.uploaded' });
  announce('c8');
  announce('c7', { data: { hidden: true } });
  announce('c7', { data: { absent: true } });
  announce('c7');
  announce('c9', { organisationId: 'org_two' });
  expect((await atMine).value).toMatchObject({ data: { caseChanged: { id: 'c7' } } });
  expect((await atTheirs).value).toMatchObject({ data: { caseChanged: { id: 'c9' } } });
});

test('cuts what the viewer may not see from every event', async () => {
  const results = (await connect(['clinical:cases:read'])).subscribe(changed);
  const first = results.next();
  await listening(1);
  announce('c1');
  const { data, errors } = (await first).value as { data: unknown; errors: never };
  expect(data).toMatchObject({
    caseChanged: {
      reviews: [
        { rating: 1, text: null },
        { rating: 2, text: null },
      ],
    },
  });
  expect(codesByPath(errors)).toEqual({
    'caseChanged.reviews.0.text': 'UNAUTHORIZED_FIELD_OR_TYPE',
    'caseChanged.reviews.1.text': 'UNAUTHORIZED_FIELD_OR_TYPE',
  });
});

test('sends a failure as a result with a masked error, and goes on', async () => {
  const results = (await connect(reader)).subscribe(changed);
  const first = results.next();
  await listening(1);
  announce('c1', { data: { broken: true } });
  announce('c2');
  const failed = (await first).value as { data: unknown; errors: readonly object[] };
  expect(failed.data).toEqual({ caseChanged: null });
  expect(failed.errors).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
  expect(JSON.stringify(failed)).not.toContain('SELECT');
  expect((await results.next()).value).toMatchObject({ data: { caseChanged: { id: 'c2' } } });
});

test.each([
  ['a field whose scopes are missing', 'subscription { caseChanged { id } }', [], 'UNAUTHORIZED_FIELD_OR_TYPE'],
  ['a field to which no event is bound', 'subscription { unbound { id } }', [], 'BAD_USER_INPUT'],
  ['a query', 'query { ping }', reader, 'BAD_USER_INPUT'],
  ['a mutation', 'mutation { touch }', reader, 'BAD_USER_INPUT'],
  ['an unknown field', 'subscription { nope }', reader, 'GRAPHQL_VALIDATION_FAILED'],
  ['what does not parse', 'subscription {', reader, 'GRAPHQL_PARSE_FAILED'],
  [
    'too many aliases',
    `subscription { caseChanged { ${Array.from({ length: 31 }, (_, turn) => `a${String(turn)}: id`).join(' ')} } }`,
    reader,
    'LIMIT_EXCEEDED',
  ],
] as const)('refuses %s before anything is executed', async (...[, query, scopes, code]) => {
  const socket = await openRaw(scopes);
  await socket.until(({ type }) => type === 'connection_ack');
  gateway.calls.length = 0;
  socket.subscribe('1', query);
  const refusal = await socket.until(({ type }) => type === 'error');
  expect(refusal['payload']).toMatchObject([{ extensions: { code, correlationId: expect.any(String) as unknown } }]);
  expect(gateway.calls).toHaveLength(0);
  socket.close();
  await socket.closed;
});

test('closes with 4401 whoever brings no token or a bad one', async () => {
  for (const payload of [{}, { authorization: 'Bearer a.b.c' }]) {
    const socket = await RawSocket.open(gateway.url);
    socket.send({ type: 'connection_init', payload });
    expect(await socket.closed).toMatchObject({ code: 4401 });
  }
});

test('closes the socket with 4403 when the token expires', async () => {
  const socket = await openRaw(reader, { lifetimeSeconds: 1 });
  await socket.until(({ type }) => type === 'connection_ack');
  socket.subscribe('1', 'subscription { caseChanged { id } }');
  expect(await socket.closed).toEqual({ code: 4403, reason: 'Token expired' });
  await listening(0);
});

test('closes a slow consumer with 4410', async () => {
  const socket = await openRaw(reader);
  await socket.until(({ type }) => type === 'connection_ack');
  socket.subscribe('1', 'subscription { caseChanged { id } }');
  await listening(1);
  for (let turn = 0; turn < 10; turn++) announce(`c${String(turn)}`);
  expect(await socket.closed).toEqual({ code: 4410, reason: 'Too slow' });
  await listening(0);
});

test('bounds the subscriptions and the frames of one socket', async () => {
  const socket = await openRaw(reader);
  await socket.until(({ type }) => type === 'connection_ack');
  for (const id of ['1', '2', '3']) socket.subscribe(id, 'subscription { caseChanged { id } }');
  const refusal = await socket.until(({ type }) => type === 'error');
  expect(refusal).toMatchObject({ id: '3', payload: [{ extensions: { code: 'LIMIT_EXCEEDED' } }] });
  socket.subscribe('4', 'x'.repeat(70 * 1024));
  expect(await socket.closed).toMatchObject({ code: 1009 });
  await listening(0);
});

test('accepts browsers of the allow-list only', async () => {
  await expect(RawSocket.open(gateway.url, { origin: 'https://evil.example' })).rejects.toThrow('403');
  const socket = await RawSocket.open(gateway.url, { origin: 'https://app.example' });
  socket.close();
  await socket.closed;
});

test('says goodbye to its sockets when it closes', async () => {
  const other = await startTestGateway();
  await other.listen();
  const socket = await RawSocket.open(other.url);
  socket.send({ type: 'connection_init', payload: { authorization: await other.issuer.bearer(reader) } });
  await socket.until(({ type }) => type === 'connection_ack');
  await other.close();
  expect(await socket.closed).toMatchObject({ code: 1001 });
});
