import { serviceActor, signActorContext } from '#shared/auth';
import { defaultRateLimits, type RateLimits, defaultLimits } from '.';
import { type Answer, type TestGateway, startTestGateway } from '../testing/test-gateway';
import { type TokenOptions } from '../testing/tokens';

const dear = '{ cases { patient { id } reviews { id } } }';
/** Ten cases, as the schema does not say how many there are, each with a patient and ten reviews. */
const costOfDear = 10 * (1 + 1 + 10);

let gateway: TestGateway;

afterEach(async () => {
  await gateway.close();
});

async function start(config: Parameters<typeof startTestGateway>[0] = {}): Promise<void> {
  gateway = await startTestGateway(config);
  await gateway.listen();
}

const limited = (rateLimits: Partial<RateLimits>): Promise<void> =>
  start({ config: { rateLimits: { ...defaultRateLimits, ...rateLimits } } });

async function ask(query: string, options?: TokenOptions & { forwardedFor?: string }): Promise<Answer> {
  const { forwardedFor, ...token } = options ?? {};
  const headers = {
    ...(options && !forwardedFor && { authorization: await gateway.issuer.bearer(['clinical:cases:read'], token) }),
    ...(forwardedFor && { 'x-forwarded-for': forwardedFor }),
  };
  return gateway.post({ query }, headers);
}

describe('at once', () => {
  const budget = { ...defaultLimits, cost: 100, costOfClients: new Map([['cli_rich', 1_000]]) };

  test('refuses an operation that costs more than its budget before anything is executed', async () => {
    await start({ config: { limits: budget } });
    const answer = await ask(dear);
    expect(answer.status).toBe(400);
    expect(answer.errors?.[0]?.extensions).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      limit: 'cost',
      allowed: 100,
      cost: costOfDear,
    });
    expect(gateway.calls).toHaveLength(0);
    expect((await ask('{ cases { id } }')).status).toBe(200);
  });

  test('gives a client the budget that is its own', async () => {
    await start({ config: { limits: budget } });
    expect((await ask(dear, { clientId: 'cli_poor' })).status).toBe(400);
    expect((await ask(dear, { clientId: 'cli_rich' })).status).toBe(200);
  });

  test('takes no lists of operations unless it is told to, and then no longer ones than it may', async () => {
    await start({ config: { limits: { ...defaultLimits, batch: 3 } } });
    const list = (length: number): object[] => Array.from({ length }, () => ({ query: '{ ping }' }));
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([{ query: '{ ping }' }, { query: '{ nothing }' }, { query: '{ ping }' }]),
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual([
      { data: { ping: 'pong' } },
      { errors: [expect.objectContaining({ message: 'Cannot query field "nothing" on type "Query".' })] },
      { data: { ping: 'pong' } },
    ]);
    const tooLong = await gateway.post(list(4));
    expect([tooLong.status, tooLong.errors?.[0]?.extensions]).toMatchObject([400, { limit: 'batch', allowed: 3 }]);
    expect((await gateway.post([])).status).toBe(400);
    expect((await gateway.post([...list(2), 7])).status).toBe(400);
  });
});

describe('in a while', () => {
  test('says with every answer what is left, charges what an operation costs, and refuses what is too much', async () => {
    await limited({ user: 250 });
    const first = await ask(dear, {});
    const policies = '"organisation";q=20000000;w=60, "client";q=5000000;w=60, "user";q=250;w=60';
    expect(first.headers.get('ratelimit-policy')).toBe(policies);
    expect(first.headers.get('ratelimit')).toBe(`"user";r=${String(250 - costOfDear)};t=60`);
    expect((await ask(dear, {})).headers.get('ratelimit')).toMatch(/^"user";r=10;t=\d+$/);
    const calls = gateway.calls.length;
    const refused = await ask(dear, {});
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('ratelimit')).toMatch(/^"user";r=10;t=\d+$/);
    expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED', policy: 'user' });
    expect(gateway.calls).toHaveLength(calls);
    expect((await ask(dear, { userId: 'usr_other' })).status).toBe(200);
  });

  test.each([
    {
      policy: 'organisation',
      limits: { organisation: 130 },
      sharing: { userId: 'usr_b', clientId: 'cli_b' },
      other: { organisationId: 'org_two' },
    },
    {
      policy: 'client',
      limits: { client: 130 },
      sharing: { userId: 'usr_b' },
      other: { clientId: 'cli_b', userId: 'usr_b' },
    },
    { policy: 'client', limits: { client: 130 }, sharing: { userId: null }, other: { organisationId: 'org_two' } },
  ])('holds those who share a $policy to its limit, and nobody else', async ({ policy, limits, sharing, other }) => {
    await limited(limits);
    expect((await ask(dear, {})).status).toBe(200);
    const refused = await ask(dear, sharing);
    expect([refused.status, refused.errors?.[0]?.extensions]).toMatchObject([429, { policy }]);
    expect((await ask(dear, other)).status).toBe(200);
  });

  test('holds anonymous callers of one network to its limit, and lets those with a token by', async () => {
    await start({ config: { trustProxy: true, rateLimits: { ...defaultRateLimits, address: 130 } } });
    const from = (forwardedFor: string): Promise<Answer> => ask(dear, { forwardedFor });
    expect((await from('203.0.113.7')).status).toBe(200);
    const refused = await from('198.51.100.1, 203.0.113.7');
    expect([refused.status, refused.errors?.[0]?.extensions]).toMatchObject([429, { policy: 'address' }]);
    expect((await from('203.0.113.7, 198.51.100.1')).status).toBe(200);
    expect((await from('2001:db8:0:7::1')).status).toBe(200);
    expect((await from('2001:db8::7:ffff:0:0:2')).status).toBe(429);
    expect((await from('2001:db8:0:8::1')).status).toBe(200);
    expect((await ask(dear, {})).status).toBe(200);
  });

  test('charges refusals too, so that nobody has documents validated or tokens checked without end', async () => {
    await limited({ address: 1_000 });
    const refusals = [
      { body: { query: '{ nothing }' }, status: 400 },
      { body: { query: `{ ${'nothing '.repeat(500)} }` }, status: 400 },
      { body: 'no json', status: 400 },
      { body: { query: '{ ping }' }, headers: { authorization: 'Bearer a.b.c' }, status: 401 },
    ];
    const left: number[] = [];
    for (const { body, headers, status } of refusals) {
      const answer = await gateway.post(body, headers);
      expect(answer.status).toBe(status);
      left.push(Number(/r=(\d+)/.exec(answer.headers.get('ratelimit') ?? '')?.[1]));
    }
    expect(left).toEqual([988, 577, 567, 557]);
    const last = await gateway.post({ query: `{ ${'nothing '.repeat(800)} }` });
    expect([last.status, last.errors?.[0]?.extensions?.['code']]).toEqual([429, 'RATE_LIMITED']);
  });

  test("holds the platform's own services to no rate", async () => {
    await limited({ organisation: 1, client: 1, user: 1, address: 1 });
    const signer = gateway.internal.signers.get('service:reviews');
    if (!signer) throw new Error('The fixture has this signer');
    const actor = serviceActor('reviews', { organisationId: 'org_one', region: 'UK' }, ['clinical:cases:read']);
    const authorization = `Service ${await signActorContext(signer, actor, 'gateway')}`;
    const answer = await gateway.post({ query: dear }, { authorization });
    expect([answer.status, answer.headers.get('ratelimit')]).toEqual([200, null]);
    expect((await ask(dear, {})).status).toBe(429);
  });

  test('holds nobody to a rate when rates are off', async () => {
    await start({ config: { rateLimits: null } });
    const answer = await ask(dear, {});
    expect([answer.status, answer.headers.get('ratelimit-policy')]).toEqual([200, null]);
  });
});
