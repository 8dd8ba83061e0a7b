import { defaultRateLimits } from '../limits';
import {
  RawEventStream,
  caseChanged,
  openSocket,
  organisationId,
  reader,
  resultsOf,
  untilListening,
} from '../testing/live-clients';
import { type TestGateway, startTestGateway } from '../testing/test-gateway';

/** A subscription that asks for much: the budget of a person is for two of it and its beginning. */
const dear = 'subscription { caseChanged { id title reviews { rating text } } }';
const windowSeconds = 60;

let gateway: TestGateway;

afterEach(() => gateway.close());

async function start(user: number): Promise<void> {
  gateway = await startTestGateway({ config: { rateLimits: { ...defaultRateLimits, user, windowSeconds } } });
  await gateway.listen();
}

/** What a subscription costs to begin, and for each event. */
async function costOf(query: string): Promise<number> {
  await start(1_000_000);
  const headers = { authorization: await gateway.issuer.bearer(reader) };
  const stream = await RawEventStream.open(gateway.url, { query }, headers);
  await untilListening(gateway, 1);
  const left = async (): Promise<number> => {
    const { headers: said } = await gateway.post({ query: '{ ping }' }, headers);
    return Number(/r=(\d+)/.exec(said.get('ratelimit') ?? '')?.[1]);
  };
  const before = await left();
  gateway.events.announce({ organisationId, resourceId: 'c1' });
  await stream.results(1);
  const after = await left();
  stream.close();
  await gateway.close();
  // One point for the second look at what is left.
  return before - after - 1;
}

let cost: number;

beforeAll(async () => {
  cost = await costOf(dear);
});

test('an event costs what the operation does', () => {
  // A case, and ten reviews, as the schema does not say how many.
  expect(cost).toBe(11);
});

test.each(['a socket', 'an event stream'])(
  'on %s, whoever has spent what they may is told when to come again',
  async (on) => {
    await start(3 * cost + 1);
    const authorization = await gateway.issuer.bearer(reader);
    const announce = (): void => gateway.events.announce({ organisationId, resourceId: 'c1' });
    const error = {
      extensions: { code: 'RATE_LIMITED', policy: 'user', retryAfterSeconds: expect.any(Number) as number },
    };
    if (on === 'a socket') {
      const socket = await openSocket(gateway);
      socket.subscribe('1', dear);
      await untilListening(gateway, 1);
      for (let event = 0; event < 5; event++) announce();
      expect(await socket.until(({ type }) => type === 'error')).toMatchObject({ id: '1', payload: [error] });
      expect(resultsOf(socket)).toHaveLength(2);
      // The socket is still good, for when there is something to spend again.
      socket.send({ type: 'ping' });
      await socket.until(({ type }) => type === 'pong');
      socket.close();
    } else {
      const stream = await RawEventStream.open(gateway.url, { query: dear }, { authorization });
      await untilListening(gateway, 1);
      for (let event = 0; event < 5; event++) announce();
      await stream.ended;
      const results = await stream.results(3);
      expect(results.map(({ result }) => Object.keys(result)[0])).toEqual(['data', 'data', 'errors']);
      expect(results.at(-1)?.result).toMatchObject({ errors: [error] });
    }
    await untilListening(gateway, 0);
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(metrics).toContain('gateway_subscriptions_dropped_total{reason="rate_limited"} 1');
  },
);

test('another person’s events are paid for by them, although both share the answer', async () => {
  await start(3 * cost + 1);
  const [poor, rich] = [await openSocket(gateway), await openSocket(gateway, reader, { userId: 'usr_other' })];
  poor.subscribe('1', dear);
  rich.subscribe('1', caseChanged);
  await untilListening(gateway, 2);
  for (let event = 0; event < 5; event++) gateway.events.announce({ organisationId, resourceId: 'c1' });
  await poor.until(({ type }) => type === 'error');
  await rich.until(() => resultsOf(rich).length === 5);
  for (const socket of [poor, rich]) socket.close();
});

test('an event that is not for somebody costs them a look', async () => {
  await start(5);
  const socket = await openSocket(gateway);
  socket.subscribe('1', caseChanged);
  await untilListening(gateway, 1);
  for (let event = 0; event < 6; event++)
    gateway.events.announce({ organisationId, resourceId: 'c1', data: { hidden: true } });
  expect(await socket.until(({ type }) => type === 'error')).toMatchObject({
    payload: [{ extensions: { code: 'RATE_LIMITED' } }],
  });
  expect(resultsOf(socket)).toEqual([]);
  socket.close();
});
