import { defaultOverloadLimits } from '.';
import { type Answer, type TestGateway, startTestGateway } from '../testing/test-gateway';
import { inProcessTransport } from '../transport';

/** A subgraph that answers when it is told to. */
class Hesitant {
  private readonly waiting: (() => void)[] = [];
  private arrived: (() => void) | null = null;
  readonly transport = inProcessTransport(
    () =>
      new Promise((resolve) => {
        this.waiting.push(() => {
          resolve({ data: { ping: 'at last' } });
        });
        this.arrived?.();
      }),
  );

  async hasBeenAsked(times: number): Promise<void> {
    while (this.waiting.length < times) await new Promise<void>((resolve) => (this.arrived = resolve));
  }

  answerAll(): void {
    for (const answer of this.waiting.splice(0)) answer();
  }
}

let gateway: TestGateway;
let clinical: Hesitant;
let verified: number;

beforeEach(async () => {
  clinical = new Hesitant();
  verified = 0;
  gateway = await startTestGateway({
    config: { overload: { ...defaultOverloadLimits, inFlight: 2 } },
    transports: { clinical: clinical.transport },
    verifyToken: () => {
      verified++;
      return Promise.reject(new Error('Nobody may be asked for more'));
    },
  });
  await gateway.listen();
});

afterEach(async () => {
  clinical.answerAll();
  await gateway.close();
});

const ping = (headers?: Record<string, string>): Promise<Answer> => gateway.post({ query: '{ ping }' }, headers);

test('sheds what is too much before it looks at the token, and says when to come again', async () => {
  const inHand = [ping(), ping()];
  await clinical.hasBeenAsked(2);
  const shed = await ping({ authorization: 'Bearer a.b.c', 'x-correlation-id': 'abc-12345678' });
  expect(shed.status).toBe(503);
  expect(shed.headers.get('retry-after')).toBe('1');
  expect(shed.headers.get('x-correlation-id')).toBe('abc-12345678');
  expect(shed.headers.get('x-content-type-options')).toBe('nosniff');
  expect(shed.errors?.[0]?.extensions?.['code']).toBe('OVERLOADED');
  expect(verified).toBe(0);
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  expect(metrics).toContain('gateway_shed_requests_total 1');
  expect(metrics).toContain('gateway_requests_in_flight 2');
  clinical.answerAll();
  for (const answer of await Promise.all(inHand))
    expect(answer).toMatchObject({ status: 200, data: { ping: 'at last' } });
});

test('takes requests again once others are done, also when a client did not wait for its answer', async () => {
  const impatient = new AbortController();
  const given = fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"{ ping }"}',
    signal: impatient.signal,
  });
  const patient = ping();
  await clinical.hasBeenAsked(2);
  impatient.abort();
  await expect(given).rejects.toThrow();
  // Until the gateway has noticed that the client is gone, its place is taken.
  let third = ping();
  const isAdmitted = clinical.hasBeenAsked(3);
  while ((await Promise.race([third, isAdmitted]))?.status === 503) third = ping();
  clinical.answerAll();
  expect([(await patient).status, (await third).status]).toEqual([200, 200]);
});

test('answers questions about its health whatever the load', async () => {
  void ping();
  void ping();
  await clinical.hasBeenAsked(2);
  expect((await ping()).status).toBe(503);
  expect((await fetch(`${gateway.url}/health/live`)).status).toBe(200);
});
