import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { type Scope } from '#shared/auth';
import { defaultSubscriptionLimits } from '.';
import { RawSocket } from '../testing/socket-client';
import { type TestGateway, startTestGateway } from '../testing/test-gateway';

/** Black-box checks of the protocol's own document: github.com/enisdenjo/graphql-ws, PROTOCOL.md. */

const reader: readonly Scope[] = ['clinical:cases:read', 'reviews:human:read'];
const changed = 'subscription { caseChanged { id } }';

let gateway: TestGateway;
let authorization: string;
let sockets: RawSocket[] = [];

beforeAll(async () => {
  gateway = await startTestGateway({
    config: { subscriptionLimits: { ...defaultSubscriptionLimits, initTimeoutMs: 300, keepAliveMs: 50 } },
  });
  await gateway.listen();
  authorization = await gateway.issuer.bearer(reader);
});

afterEach(async () => {
  for (const socket of sockets) socket.close();
  await Promise.all(sockets.map(({ closed }) => closed));
  sockets = [];
  await listening(0);
});

afterAll(async () => {
  await gateway.close();
});

async function open(protocols?: string[]): Promise<RawSocket> {
  const socket = await RawSocket.open(gateway.url, {}, protocols);
  sockets.push(socket);
  return socket;
}

/** A socket whose connection has been acknowledged. */
async function openReady(): Promise<RawSocket> {
  const socket = await open();
  socket.send({ type: 'connection_init', payload: { authorization } });
  await socket.until(({ type }) => type === 'connection_ack');
  return socket;
}

async function listening(count: number): Promise<void> {
  for (;;) {
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    if (metrics.includes(`gateway_subscriptions ${String(count)}\n`)) return;
  }
}

const announce = (resourceId: string): void => {
  gateway.events.announce({ organisationId: 'org_one', resourceId });
};

describe('the handshake', () => {
  test('chooses graphql-transport-ws among the subprotocols', async () => {
    const socket = await open(['nonsense', 'graphql-transport-ws']);
    expect(socket.protocol).toBe('graphql-transport-ws');
  });

  test('closes with 4406 when no subprotocol is asked for', async () => {
    const socket = await open([]);
    expect(await socket.closed).toMatchObject({ code: 4406, reason: 'Subprotocol not acceptable' });
  });

  test('closes with 4406 when only the subprotocol of subscriptions-transport-ws is asked for', async () => {
    const answer = await upgrade('/graphql', { 'sec-websocket-protocol': 'graphql-ws' });
    expect(answer.toString('latin1')).toMatch(/^HTTP\/1\.1 101 /);
    expect(answer.toString('latin1').toLowerCase()).not.toContain('sec-websocket-protocol');
    // The close frame (RFC 6455 §5.5.1) begins with its code, big-endian.
    expect(answer.readUInt16BE(answer.indexOf('\r\n\r\n') + 6)).toBe(4406);
  });

  test.each([
    ['another path', '/elsewhere', {}, '404'],
    ['another path with a key that is none', '/elsewhere', { 'sec-websocket-key': 'x' }, '404'],
    ['a key that is none', '/graphql', { 'sec-websocket-key': 'x' }, '400'],
    ['another version', '/graphql', { 'sec-websocket-version': '7' }, '400'],
    ['a page of another origin', '/graphql', { origin: 'https://evil.example' }, '403'],
  ] as const)('answers %s and hangs up', async (...[, path, headers, status]) => {
    expect((await upgrade(path, headers)).toString('latin1')).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });
});

describe('the connection', () => {
  test('is acknowledged, with the cursor from which events can be had', async () => {
    const socket = await open();
    socket.send({ type: 'connection_init', payload: { authorization } });
    expect(await socket.until(() => true)).toEqual({
      type: 'connection_ack',
      payload: { cursor: gateway.events.position() },
    });
  });

  test('is closed with 4408 when the client does not begin', async () => {
    const socket = await open();
    expect(await socket.closed).toEqual({ code: 4408, reason: 'Connection initialisation timeout' });
  });

  test('is closed with 4429 when the client begins twice', async () => {
    const socket = await openReady();
    socket.send({ type: 'connection_init', payload: { authorization } });
    expect(await socket.closed).toEqual({ code: 4429, reason: 'Too many initialisation requests' });
  });

  test('is closed with 4401 when the client subscribes before it is acknowledged', async () => {
    const socket = await open();
    socket.subscribe('1', changed);
    expect(await socket.closed).toEqual({ code: 4401, reason: 'Unauthorized' });
  });

  test('is closed with 4401 when the client subscribes while its token is looked at', async () => {
    const socket = await open();
    socket.send({ type: 'connection_init', payload: { authorization } });
    socket.subscribe('1', changed);
    expect(await socket.closed).toMatchObject({ code: 4401 });
  });
});

describe('messages', () => {
  test.each([
    ['no JSON', 'nonsense'],
    ['no object', '"connection_init"'],
    ['no type', '{}'],
    ['an unknown type', '{"type":"start","id":"1"}'],
    ['a subscribe without an id', '{"type":"subscribe","payload":{"query":"subscription { a }"}}'],
    ['a subscribe without a payload', '{"type":"subscribe","id":"1"}'],
    ['a subscribe without a query', '{"type":"subscribe","id":"1","payload":{}}'],
    ['a subscribe with an empty id', '{"type":"subscribe","id":"","payload":{"query":"subscription { a }"}}'],
    ['a complete without an id', '{"type":"complete"}'],
    ['variables that are no object', '{"type":"subscribe","id":"1","payload":{"query":"{ a }","variables":"x"}}'],
  ])('with %s close the socket with 4400', async (...[, message]) => {
    const socket = await openReady();
    socket.send(message);
    expect(await socket.closed).toEqual({ code: 4400, reason: 'Invalid message received' });
  });

  test('of ping are answered with pong and the same payload, even before the connection is acknowledged', async () => {
    const socket = await open();
    socket.send({ type: 'ping' });
    socket.send({ type: 'ping', payload: { sent: 1 } });
    await socket.until(({ payload }) => payload !== undefined);
    expect(socket.messages).toEqual([{ type: 'pong' }, { type: 'pong', payload: { sent: 1 } }]);
  });

  test('of pong need no answer', async () => {
    const socket = await openReady();
    socket.send({ type: 'pong' });
    socket.send({ type: 'ping', payload: { after: 'pong' } });
    expect(await socket.until(({ type }) => type === 'pong')).toEqual({ type: 'pong', payload: { after: 'pong' } });
  });

  test('that complete what is not there are ignored', async () => {
    const socket = await openReady();
    socket.send({ type: 'complete', id: 'never begun' });
    socket.send({ type: 'ping' });
    await socket.until(({ type }) => type === 'pong');
  });
});

describe('operations', () => {
  test('get their results under their id, side by side on one socket', async () => {
    const socket = await openReady();
    socket.subscribe('a', changed);
    socket.subscribe('b', 'subscription { caseChanged(caseId: "c2") { id title } }');
    await listening(2);
    announce('c1');
    announce('c2');
    await socket.until(({ id }) => id === 'b');
    await socket.until(({ payload }) => JSON.stringify(payload).includes('"data":{"caseChanged":{"id":"c2"}}'));
    const results = socket.messages.filter(({ type }) => type === 'next').map(({ id, payload }) => [id, payload]);
    expect(results).toHaveLength(3);
    expect(results).toContainEqual(['a', expect.objectContaining({ data: { caseChanged: { id: 'c1' } } })]);
    expect(results).toContainEqual([
      'b',
      expect.objectContaining({ data: { caseChanged: { id: 'c2', title: 'Case c2' } } }),
    ]);
  });

  test('close the socket with 4409 when their id is in use', async () => {
    const socket = await openReady();
    socket.subscribe('same', changed);
    await listening(1);
    socket.subscribe('same', changed);
    expect(await socket.closed).toEqual({ code: 4409, reason: 'Subscriber for same already exists' });
  });

  test('end with one error message, and nothing after it', async () => {
    const socket = await openReady();
    socket.subscribe('1', 'subscription { nope }');
    const message = await socket.until(({ id }) => id === '1');
    expect(message).toEqual({
      type: 'error',
      id: '1',
      payload: [expect.objectContaining({ message: expect.any(String) as unknown })],
    });
    socket.send({ type: 'ping' });
    await socket.until(({ type }) => type === 'pong');
    expect(socket.messages.filter(({ id }) => id === '1')).toEqual([message]);
  });

  test('leave their id free when they have ended by an error or by the client', async () => {
    const socket = await openReady();
    socket.subscribe('1', 'subscription {');
    await socket.until(({ type }) => type === 'error');
    socket.subscribe('1', changed);
    await listening(1);
    socket.send({ type: 'complete', id: '1' });
    await listening(0);
    socket.subscribe('1', changed);
    await listening(1);
    announce('again');
    expect(await socket.until(({ type }) => type === 'next')).toMatchObject({ id: '1' });
  });

  test('get no result after the client has completed them', async () => {
    const socket = await openReady();
    socket.subscribe('gone', changed);
    socket.subscribe('stays', changed);
    await listening(2);
    socket.send({ type: 'complete', id: 'gone' });
    await listening(1);
    announce('c1');
    await socket.until(({ id }) => id === 'stays');
    expect(socket.messages.filter(({ id }) => id === 'gone')).toEqual([]);
  });

  test('are closed by the client with the socket', async () => {
    const socket = await openReady();
    socket.subscribe('1', changed);
    await listening(1);
    socket.close();
    expect(await socket.closed).toMatchObject({ code: 1005 });
    await listening(0);
  });
});

test('a client that answers no ping of the WebSocket is cut off', async () => {
  const socket = await openReady();
  socket.subscribe('1', changed);
  await listening(1);
  socket.pause();
  await listening(0);
  socket.resume();
});

test('a connection that is reset while it is refused harms nobody', async () => {
  for (let turn = 0; turn < 20; turn++) {
    const socket = await dial();
    socket.write(requestFor('/elsewhere', {}));
    socket.resetAndDestroy();
  }
  expect((await fetch(`${gateway.url}/health/live`)).status).toBe(200);
});

function requestFor(path: string, headers: Readonly<Record<string, string>>): string {
  const all = {
    host: 'gateway',
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-version': '13',
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return `GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
}

async function dial(): Promise<Socket> {
  const { port } = new URL(gateway.url);
  const socket = connect(Number(port), '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

/** @returns all that comes until the gateway closes the connection */
async function upgrade(path: string, headers: Readonly<Record<string, string>>): Promise<Buffer> {
  const socket = await dial();
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.write(requestFor(path, headers));
  await once(socket, 'close');
  return Buffer.concat(chunks);
}
