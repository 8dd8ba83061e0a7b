import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { type Client, createClient } from 'graphql-sse';
import { defaultSubscriptionLimits } from '.';
import { RevocationDesk } from '../testing/revocation-desk';
import { type TestGateway, startTestGateway } from '../testing/test-gateway';
import { type TokenOptions } from '../testing/tokens';
import { RawEventStream, caseChanged, organisationId, reader, until, untilListening } from '../testing/live-clients';

let gateway: TestGateway;
const revocations = new RevocationDesk();
const clients: { dispose(): void }[] = [];

beforeAll(async () => {
  gateway = await startTestGateway({
    config: {
      subscriptionLimits: { ...defaultSubscriptionLimits, queuedEvents: 5, keepAliveMs: 50, socketsPerOrganisation: 3 },
    },
    revocations,
  });
  await gateway.listen();
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.dispose();
  await untilListening(gateway, 0);
});

afterAll(async () => {
  await gateway.close();
});

async function connectClient(options: TokenOptions = {}): Promise<Client> {
  const authorization = await gateway.issuer.bearer(reader, options);
  const client = createClient({ url: `${gateway.url}/graphql`, headers: { authorization }, retryAttempts: 0 });
  clients.push(client);
  return client;
}

async function openRaw(body: object, options: TokenOptions = {}, headers = {}): Promise<RawEventStream> {
  const authorization = await gateway.issuer.bearer(reader, options);
  const stream = await RawEventStream.open(gateway.url, body, { authorization, ...headers });
  clients.push({
    dispose: () => {
      stream.close();
    },
  });
  return stream;
}

const announce = (resourceId: string, rest: object = {}): void => {
  gateway.events.announce({ organisationId, resourceId, ...rest });
};

const codesOf = ({ errors }: Record<string, unknown>): unknown[] =>
  ((errors ?? []) as { extensions: { code: string } }[]).map(({ extensions }) => extensions.code);

test('serves a subscription to the client of graphql-sse, completed from all subgraphs', async () => {
  const client = await connectClient();
  const results = client.iterate({ query: 'subscription { caseChanged { id title reviews { rating text } } }' });
  const first = results.next();
  await untilListening(gateway, 1);
  announce('c1');
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
    extensions: { cursor: gateway.events.position() },
  });
  announce('other', { organisationId: 'org_two' });
  announce('hidden', { data: { hidden: true } });
  announce('c2');
  expect((await results.next()).value).toMatchObject({ data: { caseChanged: { id: 'c2' } } });
  await results.return?.();
});

test('answers queries and mutations with one result, and GET with queries only', async () => {
  const client = await connectClient();
  const answers: unknown[] = [];
  for await (const result of client.iterate({ query: '{ ping }' })) answers.push(result);
  for await (const result of client.iterate({ query: 'mutation { touch }' })) answers.push(result);
  expect(answers).toEqual([{ data: { ping: 'pong' } }, { data: { touch: 1 } }]);
  const headers = { accept: 'text/event-stream', 'apollo-require-preflight': 'true' };
  const get = async (query: string): Promise<string> =>
    (await fetch(`${gateway.url}/graphql?query=${encodeURIComponent(query)}`, { headers })).text();
  expect(await get('{ ping }')).toContain('event: next\ndata: {"data":{"ping":"pong"}}\n\nevent: complete\ndata: \n\n');
  expect(await get('mutation { touch }')).toContain('"code":"BAD_REQUEST"');
});

test('is an event stream of the standard: headers, comments while nothing happens, cursors as ids', async () => {
  const stream = await openRaw({ query: caseChanged });
  await untilListening(gateway, 1);
  const { headers, status } = stream.response;
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('x-correlation-id')).toMatch(/^[\w-]{36}$/);
  expect(stream.messages[0]).toMatchObject({ isComment: true });
  const before = stream.messages.length;
  await until(() => stream.messages.length >= before + 3);
  // They say where a client that has missed nothing is, and dispatch no event.
  expect(stream.messages.at(-1)).toEqual({ event: null, id: gateway.events.position(), data: null, isComment: false });
  announce('c1');
  const [result] = await stream.results(1);
  expect(result?.id).toBe(gateway.events.position());
  expect(result?.result).toMatchObject({ extensions: { cursor: result?.id } });
});

test.each([
  ['a field that is not there', { query: 'subscription { nope }' }, ['GRAPHQL_VALIDATION_FAILED']],
  ['what does not parse', { query: 'subscription {' }, ['GRAPHQL_PARSE_FAILED']],
  ['a field to which no event is bound', { query: 'subscription { unbound { id } }' }, ['BAD_USER_INPUT']],
  ['a cursor that is none', { query: caseChanged, extensions: { resumeFrom: 7 } }, ['BAD_USER_INPUT']],
  ['a cursor of somewhere else', { query: caseChanged, extensions: { resumeFrom: 'else' } }, ['CURSOR_EXPIRED']],
])('tells of %s in the stream, and completes it', async (...[, body, codes]) => {
  const stream = await openRaw(body);
  await stream.ended;
  expect(stream.response.status).toBe(200);
  const [refusal, ...others] = await stream.results(1);
  expect(codesOf(refusal?.result ?? {})).toEqual(codes);
  expect(others).toEqual([]);
  expect(stream.messages.at(-1)).toMatchObject({ event: 'complete', data: '' });
});

test('refuses a bad token as any request does, and a subscription without one in the stream', async () => {
  const bad = await RawEventStream.open(gateway.url, { query: caseChanged }, { authorization: 'Bearer a.b.c' });
  expect([bad.response.status, bad.response.headers.get('content-type')]).toEqual([
    401,
    'application/json; charset=utf-8',
  ]);
  const none = await RawEventStream.open(gateway.url, { query: caseChanged });
  const [refusal] = await none.results(1);
  expect(codesOf(refusal?.result ?? {})).toEqual(['UNAUTHENTICATED']);
});

test('ends with the token: an error with a code, then complete, within a second', async () => {
  const stream = await openRaw({ query: caseChanged }, { lifetimeSeconds: 2 });
  const expiresAt = (Math.floor(Date.now() / 1000) + 2) * 1000;
  await untilListening(gateway, 1);
  announce('c1');
  await stream.ended;
  expect(Date.now() - expiresAt).toBeLessThan(1_000);
  const [first, last] = await stream.results(2);
  expect(first?.result).toMatchObject({ data: { caseChanged: { id: 'c1' } } });
  expect(codesOf(last?.result ?? {})).toEqual(['UNAUTHENTICATED']);
  expect(stream.messages.at(-1)).toMatchObject({ event: 'complete' });
});

test('ends when the token is revoked, whether or not anything happens', async () => {
  const person = { userId: 'usr_revoked' };
  const stream = await openRaw({ query: caseChanged }, person);
  await untilListening(gateway, 1);
  revocations.revoke('SUBJECT', person.userId);
  gateway.events.announce({ organisationId, resourceId: 'r1', type: 'auth.access.ended' });
  await stream.ended;
  expect(codesOf((await stream.results(1))[0]?.result ?? {})).toEqual(['UNAUTHENTICATED']);
  expect((await openRaw({ query: caseChanged }, person)).response.status).toBe(401);
});

test('goes on after Last-Event-ID with what was missed, and then with what happens', async () => {
  const stream = await openRaw({ query: caseChanged });
  await untilListening(gateway, 1);
  for (const id of ['c1', 'c2']) announce(id);
  const results = await stream.results(2);
  stream.close();
  await untilListening(gateway, 0);
  for (const id of ['c3', 'c4']) announce(id);
  const headers = { 'last-event-id': results[0]?.id ?? '' };
  // The header is newer than what the page once wrote into its request.
  const again = await openRaw({ query: caseChanged, extensions: { resumeFrom: results[1]?.id } }, {}, headers);
  await again.results(3);
  announce('c5');
  const ids = (await again.results(4)).map(({ result }) => result['data']);
  expect(ids).toEqual(['c2', 'c3', 'c4', 'c5'].map((id) => ({ caseChanged: { id } })));
});

test('cuts off a client that does not read, and serves one that does', async () => {
  const reading = await openRaw({ query: caseChanged });
  const socket = await openSilent('subscription { caseChanged { id title reviews { id rating text } } }');
  await untilListening(gateway, 2);
  const ends: string[] = [];
  void untilListening(gateway, 1).then(() => ends.push('silent'));
  // What the kernel's buffers take on both sides is not the gateway's; beyond that it stops and waits.
  let announced = 0;
  for (; ends.length === 0; announced++) {
    announce('x'.repeat(100_000));
    await until(() => reading.messages.filter(({ event }) => event === 'next').length > announced);
  }
  expect(await reading.results(announced)).toHaveLength(announced);
  socket.destroy();
});

/** Sends a request for an event stream, and reads nothing of it. */
async function openSilent(query: string): Promise<Socket> {
  const authorization = await gateway.issuer.bearer(reader);
  const body = JSON.stringify({ query });
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.pause();
  const headers = { host: 'gateway', authorization, accept: 'text/event-stream', 'content-type': 'application/json' };
  const lines = Object.entries({ ...headers, 'content-length': body.length }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  socket.write(`POST /graphql HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
  return socket;
}

test('counts streams like sockets, and says what the limit is', async () => {
  for (let turn = 0; turn < 3; turn++) await openRaw({ query: caseChanged });
  await untilListening(gateway, 3);
  const refused = await openRaw({ query: caseChanged });
  const [refusal] = await refused.results(1);
  expect(refusal?.result).toMatchObject({
    errors: [{ extensions: { code: 'LIMIT_EXCEEDED', limit: 'socketsPerOrganisation', allowed: 3 } }],
  });
  const elsewhere = await openRaw({ query: caseChanged }, { organisationId: 'org_two' });
  await untilListening(gateway, 4);
  expect(elsewhere.response.status).toBe(200);
});

test('ends its streams without complete when it closes, so that clients go on elsewhere', async () => {
  const other = await startTestGateway();
  await other.listen();
  const stream = await RawEventStream.open(
    other.url,
    { query: caseChanged },
    { authorization: await other.issuer.bearer(reader) },
  );
  await untilListening(other, 1);
  const closed = other.close();
  await stream.ended;
  await closed;
  expect(stream.messages.filter(({ event }) => event !== null)).toEqual([]);
});
