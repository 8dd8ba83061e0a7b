import { defaultLimits, defaultRateLimits } from '.';
import { RawSocket } from '../testing/socket-client';
import { type TestGateway, startTestGateway } from '../testing/test-gateway';

let gateway: TestGateway;
let socket: RawSocket;

beforeAll(async () => {
  gateway = await startTestGateway({ config: { limits: { ...defaultLimits, cost: 50 } } });
  await gateway.listen();
});

beforeEach(async () => {
  socket = await RawSocket.open(gateway.url);
});

afterEach(() => {
  socket.close();
});

afterAll(async () => {
  await gateway.close();
});

async function sayWho(to: TestGateway): Promise<void> {
  const authorization = await to.issuer.bearer(['clinical:cases:read']);
  socket.send({ type: 'connection_init', payload: { authorization } });
  await socket.until(({ type }) => type === 'connection_ack');
}

async function refusalOf(payload: object): Promise<Record<string, unknown> | undefined> {
  await sayWho(gateway);
  socket.send({ type: 'subscribe', id: 'one', payload });
  const { payload: errors } = await socket.until(({ type, id }) => id === 'one' && type === 'error');
  return (errors as { extensions: Record<string, unknown> }[])[0]?.extensions;
}

const subscription = (selection: string): string => `subscription { caseChanged { ${selection} } }`;

test.each([
  ['tokens', { query: subscription('id '.repeat(2_100)) }],
  ['depth', { query: subscription(`${'patient { case { '.repeat(10)} id ${'} }'.repeat(10)}`) }],
  ['aliases', { query: subscription(Array.from({ length: 31 }, (_, turn) => `a${String(turn)}: id`).join(' ')) }],
  ['rootFields', { query: `subscription { ${'caseChanged { id } '.repeat(21)} }` }],
  ['directives', { query: subscription(`id ${'@include(if: true) '.repeat(51)}`) }],
  ['pageSize', { query: subscription('reviews(first: 101) { id }') }],
  ['variableDepth', { query: subscription('id'), variables: { n: JSON.parse('['.repeat(25) + ']'.repeat(25)) } }],
  [
    'cost',
    {
      query: subscription('a: reviews { id } b: reviews { id } c: reviews { id } d: reviews { id } e: reviews { id }'),
    },
  ],
])('refuses more than the limit of %s on a socket as over HTTP', async (limit, payload) => {
  expect(await refusalOf(payload)).toMatchObject({ code: 'LIMIT_EXCEEDED', limit });
  expect(gateway.calls).toHaveLength(0);
});

test('charges a subscription when it begins, and refuses what is too much', async () => {
  const strict = await startTestGateway({ config: { rateLimits: { ...defaultRateLimits, user: 50 } } });
  await strict.listen();
  socket.close();
  socket = await RawSocket.open(strict.url);
  await sayWho(strict);
  // One case and three times ten reviews: 31.
  const query = subscription('a: reviews { id } b: reviews { id } c: reviews { id }');
  socket.send({ type: 'subscribe', id: 'first', payload: { query } });
  socket.send({ type: 'subscribe', id: 'second', payload: { query } });
  const { payload } = await socket.until(({ type, id }) => id === 'second' && type === 'error');
  expect((payload as { extensions: object }[])[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED', policy: 'user' });
  expect(socket.messages.some(({ id, type }) => id === 'first' && type === 'error')).toBe(false);
  await strict.close();
});
