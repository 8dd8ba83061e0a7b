import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { type EventTransport, type PlatformEvent, inProcessTransport, redisStreamsTransport } from '#shared/events';
import { newId } from '#shared/ids';
import { describeOn } from '#shared/test-services';
import { tailOf } from '.';
import { RawSocket } from '../testing/socket-client';
import { type TestGateway, startTestGateway } from '../testing/test-gateway';
import { type TokenIssuer, createIssuer } from '../testing/tokens';
import {
  RawEventStream,
  caseChanged,
  openSocket,
  organisationId,
  reader,
  resultsOf,
  until,
  untilListening,
} from '../testing/live-clients';

const redisUrl = 'redis://127.0.0.1:6379';
const caseIds = ['c0', 'c1', 'c2', 'c3', 'c4'];

let issuer: TokenIssuer;

beforeAll(async () => {
  issuer = await createIssuer();
});

function eventOf(resourceId: string): PlatformEvent {
  return {
    id: newId('evt'),
    type: 'clinical.case.submitted',
    version: 1,
    organisationId,
    region: 'UK',
    resourceId,
    // Its order is kept among those of the same case.
    aggregate: { type: 'Case', id: resourceId.split('-')[0] ?? '' },
    actor: { clientId: null, userId: null, subject: 'service:test' },
    occurredAt: new Date().toISOString(),
    correlationId: 'correlation-of-the-event',
    causationId: null,
    data: {},
  };
}

async function openGateway(transport: EventTransport): Promise<TestGateway> {
  const gateway = await startTestGateway({ issuer, tail: tailOf(transport) });
  await gateway.listen();
  await until(() => transport.position() !== null);
  return gateway;
}

/** Publishes numbered cases, so that each event is another one. @returns their ids */
async function publish(transport: EventTransport, from: number, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, turn) => `${caseIds[turn % 5] ?? ''}-${String(from + turn)}`);
  for (const id of ids) {
    await transport.publish([eventOf(id)]);
    await new Promise(setImmediate);
  }
  return ids;
}

test('a client that comes back with its last cursor gets what it has missed while events go on', async () => {
  const transport = inProcessTransport();
  const gateway = await openGateway(transport);
  const first = await openSocket(gateway);
  first.subscribe('1', caseChanged);
  await untilListening(gateway, 1);
  const all = await publish(transport, 0, 20);
  await until(() => resultsOf(first).length === 20);
  const publishing = (async () => {
    while (all.length < 300) all.push(...(await publish(transport, all.length, 3)));
  })();
  const places = [0, 5, 12, 19];
  const resumed = await Promise.all(
    places.map(async (place) => {
      const socket = await openSocket(gateway);
      socket.subscribe('1', caseChanged, { resumeFrom: resultsOf(first)[place]?.cursor });
      return socket;
    }),
  );
  await publishing;
  for (const [index, place] of places.entries()) {
    const missed = all.slice(place + 1);
    const socket = resumed[index];
    await until(() => socket !== undefined && resultsOf(socket).length >= missed.length);
    expect(socket && resultsOf(socket).map(({ caseId }) => caseId)).toEqual(missed);
  }
  for (const socket of [first, ...resumed]) socket.close();
  await gateway.close();
  await transport.close();
});

test('whoever loses the connection before the first result resumes from the cursor of the acknowledgement', async () => {
  const transport = inProcessTransport();
  const gateway = await openGateway(transport);
  const lost = await openSocket(gateway);
  const { payload } = lost.messages[0] as { payload: { cursor: string } };
  lost.close();
  await lost.closed;
  const missed = await publish(transport, 0, 3);
  const socket = await openSocket(gateway);
  socket.subscribe('1', caseChanged, { resumeFrom: payload.cursor });
  await until(() => resultsOf(socket).length === 3);
  expect(resultsOf(socket).map(({ caseId }) => caseId)).toEqual(missed);
  socket.close();
  await gateway.close();
  await transport.close();
});

describeOn('Redis', 'over Redis', () => {
  test('the client of graphql-ws goes on by itself over a gateway that falls and comes back', async () => {
    const prefix = `test-${randomBytes(6).toString('hex')}`;
    const open = (): EventTransport => redisStreamsTransport({ url: redisUrl, prefix, partitions: 4 });
    const publisher = open();
    let transport = open();
    let gateway = await openGateway(transport);
    let { url } = gateway;
    const authorization = await issuer.bearer(reader);
    const received: string[] = [];
    const request = { query: caseChanged, extensions: {} as Record<string, unknown> };
    const client = createClient({
      url: () => `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization },
      retryAttempts: 1_000,
      retryWait: () => new Promise((resolve) => setTimeout(resolve, 10)),
      shouldRetry: () => true,
    });
    client.subscribe<{ caseChanged: { id: string } }, { cursor: string }>(request, {
      next: ({ data, extensions }) => {
        received.push(data?.caseChanged.id ?? '');
        // The same request is sent again with every connection.
        request.extensions['resumeFrom'] = extensions?.cursor;
      },
      error: (error) => {
        throw error as Error;
      },
      complete: () => undefined,
    });
    await untilListening(gateway, 1);
    const all = await publish(publisher, 0, 30);
    await until(() => received.length === 30);
    await Promise.all([gateway.close(), transport.close()]);
    all.push(...(await publish(publisher, 30, 40)));
    transport = open();
    gateway = await openGateway(transport);
    ({ url } = gateway);
    all.push(...(await publish(publisher, 70, 20)));
    await until(() => received.length === all.length);
    for (const caseId of caseIds) {
      const own = (ids: readonly string[]): string[] => ids.filter((id) => id.startsWith(`${caseId}-`));
      // In the order of each case, and over all of them each once.
      expect(own(received)).toEqual(own(all));
    }
    await client.dispose();
    await Promise.all([gateway.close(), transport.close(), publisher.close()]);
    const redis = new Redis(redisUrl);
    await redis.del(...(await redis.keys(`{${prefix}:*`)));
    redis.disconnect();
  });
});

test('a cursor that leads nowhere ends the subscription with CURSOR_EXPIRED, and the socket goes on', async () => {
  const transport = inProcessTransport();
  const gateway = await openGateway(transport);
  // Without an outbox, this process knows nothing of the time before it.
  const socket = await openSocket(gateway);
  for (const [index, resumeFrom] of ['pAQE', 'nonsense', ''].entries()) {
    const id = String(index);
    socket.subscribe(id, caseChanged, { resumeFrom });
    const refusal = await socket.until((message) => message['id'] === id);
    expect(refusal).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'CURSOR_EXPIRED' } }] });
  }
  socket.subscribe('not a text', caseChanged, { resumeFrom: ['x'] });
  expect(await socket.until(({ id }) => id === 'not a text')).toMatchObject({
    payload: [{ extensions: { code: 'BAD_USER_INPUT' } }],
  });
  await untilListening(gateway, 0);
  socket.subscribe('new', caseChanged);
  await untilListening(gateway, 1);
  await publish(transport, 0, 1);
  await until(() => resultsOf(socket, 'new').length === 1);
  socket.close();
  await gateway.close();
  await transport.close();
});

test('what is replayed is authorised like what happens: nothing of others, and nothing for less scopes', async () => {
  const transport = inProcessTransport();
  const gateway = await openGateway(transport);
  const position = transport.position() ?? '';
  await publish(transport, 0, 2);
  const theirs = await openSocket(gateway, reader, { organisationId: 'org_two' });
  theirs.subscribe('1', caseChanged, { resumeFrom: position });
  const mine = await openSocket(gateway, ['clinical:cases:read']);
  mine.subscribe('1', 'subscription { caseChanged { id reviews { text } } }', { resumeFrom: position });
  const cut = await mine.until(({ type }) => type === 'next');
  expect(JSON.stringify(cut)).toContain('UNAUTHORIZED_FIELD_OR_TYPE');
  await until(() => resultsOf(mine).length === 2);
  await transport.publish([{ ...eventOf('theirs'), organisationId: 'org_two' }]);
  await until(() => resultsOf(theirs).length === 1);
  expect(resultsOf(theirs).map(({ caseId }) => caseId)).toEqual(['theirs']);
  for (const socket of [mine, theirs]) socket.close();
  await gateway.close();
  await transport.close();
});

test('cursors are the same over sockets and event streams', async () => {
  const transport = inProcessTransport();
  const gateway = await openGateway(transport);
  const socket = await RawSocket.open(gateway.url);
  const authorization = await issuer.bearer(reader);
  socket.send({ type: 'connection_init', payload: { authorization } });
  await socket.until(({ type }) => type === 'connection_ack');
  socket.subscribe('1', caseChanged);
  await untilListening(gateway, 1);
  const [, ...missed] = await publish(transport, 0, 4);
  await until(() => resultsOf(socket).length === 4);
  const resumeFrom = resultsOf(socket)[0]?.cursor;
  const stream = await RawEventStream.open(
    gateway.url,
    { query: caseChanged, extensions: { resumeFrom } },
    { authorization },
  );
  const results = await stream.results(3);
  expect(results.map(({ result }) => result['data'])).toEqual(missed.map((id) => ({ caseChanged: { id } })));
  expect(results.map(({ id }) => id)).toEqual(
    resultsOf(socket)
      .slice(1)
      .map(({ cursor }) => cursor),
  );
  stream.close();
  socket.close();
  await gateway.close();
  await transport.close();
});
