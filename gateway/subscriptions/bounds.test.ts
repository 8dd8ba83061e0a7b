import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { DomainError } from '#shared/errors';
import { type SubscriptionLimits, defaultSubscriptionLimits } from '.';
import { clinicSchema, executeClinic } from '../testing/clinic';
import { RawSocket } from '../testing/socket-client';
import { type TestGateway, type TestGatewayOptions, startTestGateway } from '../testing/test-gateway';
import { type SubgraphRequest, inProcessTransport } from '../transport';
import { MessageRate } from './message-rate';
import {
  caseChanged,
  openSocket,
  organisationId,
  reader,
  resultsOf,
  until,
  untilListening,
} from '../testing/live-clients';

let gateway: TestGateway | null = null;

afterEach(async () => {
  await gateway?.close();
  gateway = null;
});

async function start(limits: Partial<SubscriptionLimits>, options: TestGatewayOptions = {}): Promise<TestGateway> {
  const subscriptionLimits = { ...defaultSubscriptionLimits, ...limits };
  gateway = await startTestGateway({ ...options, config: { subscriptionLimits } });
  await gateway.listen();
  return gateway;
}

const metricOf = async ({ url }: TestGateway, name: string): Promise<string | undefined> =>
  (await (await fetch(`${url}/metrics`)).text())
    .split('\n')
    .find((line) => line.startsWith(`${name} `))
    ?.slice(name.length + 1);

test('so many sockets of all, and room again when one has gone', async () => {
  const { url } = await start({ sockets: 2 });
  const [first, second] = [await RawSocket.open(url), await RawSocket.open(url)];
  await expect(RawSocket.open(url)).rejects.toThrow('503');
  first.close();
  await first.closed;
  const third = await RawSocket.open(url);
  for (const socket of [second, third]) socket.close();
});

test('a handshake that fails takes no room', async () => {
  const { url } = await start({ sockets: 1 });
  for (let turn = 0; turn < 3; turn++) {
    const asked = request(`${url}/graphql`, { headers: { connection: 'Upgrade', upgrade: 'websocket' } }).end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(400);
    await once(response.resume(), 'close');
  }
  (await RawSocket.open(url)).close();
});

test.each([
  ['organisation', { socketsPerOrganisation: 2 }, { userId: 'usr_other' }, { organisationId: 'org_two' }],
  ['person', { socketsPerSubject: 2 }, {}, { userId: 'usr_other' }],
])('so many sockets of one %s: the next is closed with 4429', async (...[, limits, same, another]) => {
  const started = await start(limits);
  const sockets = [await openSocket(started), await openSocket(started, reader, same)];
  await expect(openSocket(started, reader, same)).rejects.toThrow('4429');
  sockets.push(await openSocket(started, reader, another));
  sockets[0]?.close();
  await sockets[0]?.closed;
  sockets.push(await openSocket(started));
});

test('so many subscriptions of all sockets', async () => {
  const started = await start({ subscriptions: 3 });
  const [one, other] = [await openSocket(started), await openSocket(started)];
  for (const id of ['1', '2']) one.subscribe(id, caseChanged);
  await untilListening(started, 2);
  for (const id of ['1', '2']) other.subscribe(id, caseChanged);
  expect(await other.until(({ type }) => type === 'error')).toMatchObject({
    id: '2',
    payload: [{ extensions: { code: 'LIMIT_EXCEEDED', limit: 'subscriptions', allowed: 3 } }],
  });
  one.close();
  await untilListening(started, 1);
  other.subscribe('2', caseChanged);
  await untilListening(started, 2);
});

test.each([
  ['messages', (socket: RawSocket): void => socket.send({ type: 'ping' })],
  ['pings of the WebSocket', (socket: RawSocket): void => socket.ping()],
])('so many %s at once: a client that sends more is closed with 4429', async (...[, send]) => {
  const started = await start({ messages: { burst: 20, perSecond: 1 } });
  const socket = await openSocket(started);
  for (let turn = 0; turn < 40; turn++) send(socket);
  expect(await socket.closed).toEqual({ code: 4429, reason: 'Too many messages' });
  expect(socket.messages.length).toBeLessThanOrEqual(20);
  expect(await metricOf(started, 'gateway_subscriptions_dropped_total{reason="message_rate"}')).toBe('1');
});

test('messages are counted by time: what was not used fills the bucket again, and no further', () => {
  let now = 0;
  const rate = new MessageRate({ burst: 2, perSecond: 10 }, () => now);
  const taken = (count: number): boolean[] => Array.from({ length: count }, () => rate.take());
  expect(taken(3)).toEqual([true, true, false]);
  now = 100;
  expect(taken(2)).toEqual([true, false]);
  now = 60_000;
  expect(taken(3)).toEqual([true, true, false]);
});

test('a client that does not read is closed with 4410 before its messages fill the memory', async () => {
  const title = 'x'.repeat(50_000);
  const large = clinicSchema('clinical');
  const started = await start(
    // It answers no ping either, and must not be gone for that before it is too slow.
    { bufferedBytes: 200_000, keepAliveMs: 600_000 },
    {
      transports: {
        clinical: inProcessTransport(async (request: SubgraphRequest) => {
          const { data, ...result } = await executeClinic(large, request);
          return { ...result, data: { ...data, caseChanged: { __typename: 'Case', id: title } } };
        }),
      },
    },
  );
  const socket = await openSocket(started);
  for (let id = 0; id < 50; id++) socket.subscribe(String(id), caseChanged);
  await untilListening(started, 50);
  socket.pause();
  let announced = 0;
  const dropped = 'gateway_subscriptions_dropped_total{reason="slow_consumer"}';
  // Each event is one message of 50 kB for each of the fifty.
  for (; (await metricOf(started, dropped)) === undefined; announced++) {
    started.events.announce({ organisationId, resourceId: 'c1' });
  }
  expect(announced).toBeLessThan(100);
  socket.resume();
  expect([4410, 1006]).toContain((await socket.closed).code);
  await untilListening(started, 0);
});

test('so many answers at the same time, whoever waits', async () => {
  const schema = clinicSchema('clinical');
  let running = 0;
  let most = 0;
  const clinical = inProcessTransport(async (request) => {
    most = Math.max(most, ++running);
    await new Promise(setImmediate);
    running--;
    return executeClinic(schema, request);
  });
  const started = await start({ evaluations: 3 }, { transports: { clinical } });
  const people = Array.from({ length: 12 }, (_, index) => ({ userId: `usr_${String(index)}` }));
  const sockets = await Promise.all(people.map((person) => openSocket(started, reader, person)));
  for (const socket of sockets) socket.subscribe('1', caseChanged);
  await untilListening(started, 12);
  for (const resourceId of ['c1', 'c2']) started.events.announce({ organisationId, resourceId });
  for (const socket of sockets) await until(() => resultsOf(socket).length === 2);
  expect(most).toBe(3);
});

test('a socket whose token cannot be looked at just now is told to come again, not that it is bad', async () => {
  const verifyToken = (): Promise<never> =>
    Promise.reject(new DomainError('UPSTREAM_UNAVAILABLE', 'The key set cannot be had'));
  const started = await start({}, { verifyToken });
  await expect(openSocket(started)).rejects.toThrow('1013');
});

test('a socket ends within a second of its token, in the middle of what it gets', async () => {
  const started = await start({});
  const socket = await openSocket(started, reader, { lifetimeSeconds: 2 });
  const expiresAt = (Math.floor(Date.now() / 1000) + 2) * 1000;
  socket.subscribe('1', caseChanged);
  await untilListening(started, 1);
  const ends: string[] = [];
  const closed = socket.closed.finally(() => ends.push('closed'));
  for (let turn = 0; ends.length === 0; turn++) {
    started.events.announce({ organisationId, resourceId: `c${String(turn)}` });
    await until(() => ends.length > 0 || resultsOf(socket).length > turn);
  }
  expect(await closed).toEqual({ code: 4403, reason: 'Token expired' });
  expect(Date.now() - expiresAt).toBeLessThan(1_000);
});

test('a gateway that closes keeps no socket, not even one that comes last', async () => {
  const started = await start({});
  const { url } = started;
  const socket = await openSocket(started);
  const closing = started.close();
  const late = RawSocket.open(url).then(
    async ({ closed }) => String((await closed).code),
    (refusal: unknown) => String(refusal),
  );
  expect(await late).toMatch(/1001|503|ECONN|hang up/);
  expect(await socket.closed).toMatchObject({ code: 1001 });
  await closing;
  gateway = null;
});
