import { signActorContext, serviceActor } from '#shared/auth';
import { inProcessTransport } from '../transport';
import { type TestGateway, startTestGateway } from '../testing/test-gateway';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway();
  gateway.fastify.get('/mounted', () => ({ by: 'the embedding process' }));
  await gateway.listen();
});

afterAll(async () => {
  await gateway.close();
});

const get = (path: string, init: RequestInit = {}): Promise<Response> => fetch(`${gateway.url}${path}`, init);
const ping = encodeURIComponent('{ ping }');

describe('who asks', () => {
  test.each(['Bearer a.b.c', 'Bearer nonsense', 'Basic dXNlcjpwYXNz', 'Service a.b.c', ''])(
    'refuses the Authorization "%s" with 401 and never takes it for anonymous',
    async (authorization) => {
      const answer = await gateway.post({ query: '{ ping }' }, { authorization });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
      expect(answer.data).toBeUndefined();
      expect(answer.errors?.[0]?.extensions?.['code']).toBe('UNAUTHENTICATED');
    },
  );

  test('refuses a token that has expired', async () => {
    const authorization = await gateway.issuer.bearer([], { lifetimeSeconds: -10 });
    expect((await gateway.post({ query: '{ ping }' }, { authorization })).status).toBe(401);
  });

  test('answers 503, not 401, while tokens cannot be checked', async () => {
    const lost = await startTestGateway({ verifyToken: () => Promise.reject(new TypeError('fetch failed')) });
    await lost.listen();
    const answer = await lost.post({ query: '{ ping }' }, { authorization: await lost.issuer.bearer([]) });
    await lost.close();
    expect(answer.status).toBe(503);
    expect(answer.errors?.[0]?.extensions?.['code']).toBe('UPSTREAM_UNAVAILABLE');
  });

  test('knows a service by its own key, and lets it speak for nobody else', async () => {
    const signer = gateway.internal.signers.get('service:reviews');
    if (!signer) throw new Error('The fixture has this signer');
    const organisation = { organisationId: 'org_one', region: 'UK' } as const;
    const ask = async (name: string, audience: string): Promise<number> => {
      const token = await signActorContext(
        signer,
        serviceActor(name, organisation, ['clinical:records:read']),
        audience,
      );
      const answer = await gateway.post({ query: '{ ledger }' }, { authorization: `Service ${token}` });
      return answer.data?.['ledger'] === 'ledger' ? 200 : answer.status;
    };
    expect(await ask('reviews', 'gateway')).toBe(200);
    expect(await ask('payments', 'gateway')).toBe(401);
    expect(await ask('reviews', 'clinical')).toBe(401);
  });
});

describe('the HTTP side', () => {
  test('answers queries over GET and refuses mutations there', async () => {
    const headers = { 'apollo-require-preflight': 'true' };
    const answer = await get(`/graphql?query=${ping}`, { headers });
    expect([answer.status, await answer.json()]).toEqual([200, { data: { ping: 'pong' } }]);
    const mutation = await get(`/graphql?query=${encodeURIComponent('mutation { touch }')}`, { headers });
    expect(mutation.status).toBe(405);
  });

  test('refuses what a foreign page could send without a preflight', async () => {
    expect((await get(`/graphql?query=${ping}`)).status).toBe(400);
    const form = await get('/graphql', {
      method: 'POST',
      body: '{"query":"{ ping }"}',
      headers: { 'content-type': 'text/plain' },
    });
    expect(form.status).toBe(415);
  });

  test('allows browsers of the allow-list and no others', async () => {
    const headers = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' };
    const ours = await get('/graphql', { method: 'OPTIONS', headers: { ...headers, origin: 'https://app.example' } });
    expect(ours.status).toBe(204);
    expect(ours.headers.get('access-control-allow-origin')).toBe('https://app.example');
    const theirs = await get('/graphql', {
      method: 'OPTIONS',
      headers: { ...headers, origin: 'https://evil.example' },
    });
    expect(theirs.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('sends security headers with every answer', async () => {
    const { headers } = await get('/health/live');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  test('carries routes of the embedding process on the same port', async () => {
    expect(await (await get('/mounted')).json()).toEqual({ by: 'the embedding process' });
  });
});

describe('correlation', () => {
  test('keeps a well-formed id through to the subgraph, the header and the errors', async () => {
    const answer = await gateway.post({ query: '{ ping ledger }' }, { 'x-correlation-id': 'abc-12345678' });
    expect(answer.headers.get('x-correlation-id')).toBe('abc-12345678');
    expect(answer.errors?.[0]?.extensions?.['correlationId']).toBe('abc-12345678');
    expect(gateway.calls.at(-1)?.correlationId).toBe('abc-12345678');
  });

  test('makes an id where there is none or a malformed one, and says it even of refusals', async () => {
    const answer = await gateway.post({ query: '{' }, { 'x-correlation-id': '<script>' });
    const id = answer.headers.get('x-correlation-id');
    expect(id).toMatch(/^[\w-]{36}$/);
    expect(answer.errors?.[0]?.extensions?.['correlationId']).toBe(id);
  });
});

test('masks what a subgraph lets slip', async () => {
  const { status, errors, data } = await gateway.post({ query: '{ boom ping }' });
  expect([status, data]).toEqual([200, { boom: null, ping: 'pong' }]);
  expect(JSON.stringify(errors)).not.toContain('SELECT');
  expect(errors?.[0]).toMatchObject({ path: ['boom'], extensions: { code: 'INTERNAL_SERVER_ERROR' } });
});

test('reports requests, fetches and subscriptions as metrics, without text of callers', async () => {
  await gateway.post({ query: 'query PatientSmith { ping }' });
  const text = await (await get('/metrics')).text();
  expect(text).toMatch(
    /gateway_request_duration_seconds_count\{operation="[0-9a-f]{12}",status="200",outcome="OK"\} \d/,
  );
  expect(text).toMatch(/gateway_subgraph_fetch_duration_seconds_count\{subgraph="clinical",outcome="answered"\} \d/);
  expect(text).toContain('gateway_subscriptions 0');
  expect(text).not.toContain('PatientSmith');
});

test('is alive at once, and ready when every subgraph answers', async () => {
  expect((await get('/health/live')).status).toBe(200);
  const ready = await get('/health/ready');
  expect([ready.status, await ready.json()]).toEqual([
    200,
    { status: 'ready', subgraphs: { clinical: 'ready', reviews: 'ready' } },
  ]);
  const reviews = inProcessTransport(() => Promise.reject(new Error('down')));
  const lame = await startTestGateway({ transports: { reviews } });
  await lame.listen();
  const answer = await fetch(`${lame.url}/health/ready`);
  expect([answer.status, await answer.json()]).toEqual([
    503,
    { status: 'unavailable', subgraphs: { clinical: 'ready', reviews: 'unavailable' } },
  ]);
  await lame.close();
});

test('finishes the requests it has before it closes', async () => {
  let answer: (() => void) | undefined;
  let reached: (() => void) | undefined;
  const isReached = new Promise<void>((resolve) => (reached = resolve));
  const clinical = inProcessTransport(
    () =>
      new Promise((resolve) => {
        answer = () => {
          resolve({ data: { ping: 'at last' } });
        };
        reached?.();
      }),
  );
  const draining = await startTestGateway({ transports: { clinical } });
  await draining.listen();
  const pending = draining.post({ query: '{ ping }' });
  await isReached;
  const closed = draining.close();
  answer?.();
  expect(await pending).toMatchObject({ status: 200, data: { ping: 'at last' } });
  await closed;
});
