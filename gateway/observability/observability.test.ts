import { Writable } from 'node:stream';
import { createLogger } from '#shared/logging';
import { recordSpans } from '#shared/testing';
import { connectClient } from '../testing/socket-client';
import { type Answer, type TestGateway, type TestGatewayOptions, startTestGateway } from '../testing/test-gateway';

/** A word about a patient, wherever a caller could write one. */
const canary = 'Zephyrinne';
const withCanary = {
  query: `query Cases($text: ID!) { patient(id: "${canary}") { id } person(id: $text) { id } }`,
  variables: { text: `${canary}-2` },
};

let gateway: TestGateway;
let lines: string[];

async function start(options: TestGatewayOptions = {}): Promise<void> {
  lines = [];
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(chunk.toString());
      done();
    },
  });
  gateway = await startTestGateway({ log: createLogger('info', sink), ...options });
  await gateway.listen();
}

afterEach(() => gateway.close());

const metricsOf = async (headers: Record<string, string> = {}): Promise<{ status: number; text: string }> => {
  const response = await fetch(`${gateway.url}/metrics`, { headers });
  return { status: response.status, text: await response.text() };
};

const accessLog = (): Record<string, unknown>[] =>
  lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ msg }) => msg === 'Answered');

const asReader = async (body: object, headers: Record<string, string> = {}): Promise<Answer> =>
  gateway.post(body, { authorization: await gateway.issuer.bearer(['clinical:cases:write']), ...headers });

describe('the access log', () => {
  beforeEach(() => start());

  test('says in one line what a request was, what it took and how it ended', async () => {
    const { headers } = await asReader({ query: 'query Board { ping reviews { rating } }' });
    await asReader({ query: 'query Board { ping reviews { rating } }' });
    const [first, second] = accessLog();
    expect(first).toMatchObject({
      level: 30,
      correlationId: headers.get('x-correlation-id'),
      transport: 'http',
      status: 200,
      clientId: 'cli_test',
      operation: expect.stringMatching(/^[0-9a-f]{12}$/),
      operationName: 'Board',
      operationType: 'query',
      isPersisted: false,
      cache: 'miss',
      subgraphs: { clinical: { count: 1 }, reviews: { count: 1 } },
    });
    expect(first).toMatchObject({ cost: expect.any(Number), durationMs: expect.any(Number) });
    expect(first?.['responseBytes']).toBe(Number(headers.get('content-length')));
    expect(second).toMatchObject({ operation: first?.['operation'], cache: 'hit' });
  });

  test('names the codes of what went wrong, each once', async () => {
    await gateway.post({ query: '{ ping a: ledger b: ledger boom }' });
    await gateway.post({ query: '{ nonsense }' });
    await gateway.post({ query: '{ ping }' }, { authorization: 'Bearer a.b.c' });
    expect(accessLog().map(({ status, errorCodes }) => [status, errorCodes])).toEqual([
      [200, expect.arrayContaining(['UNAUTHENTICATED', 'INTERNAL_SERVER_ERROR'])],
      [400, ['GRAPHQL_VALIDATION_FAILED']],
      [401, ['UNAUTHENTICATED']],
    ]);
    expect(accessLog()[2]).toMatchObject({ operation: null, operationName: null, cache: null, cost: null });
  });

  test('holds nothing that a caller wrote but a name of ordinary length', async () => {
    await asReader(withCanary, { 'user-agent': canary, 'x-correlation-id': `${canary} is no id` });
    await asReader({ query: `query ${canary.repeat(7)} { ping }` });
    await asReader({ query: `{ ${canary} }` });
    await asReader({ query: `# ${canary}` });
    expect(accessLog()).toHaveLength(4);
    expect(accessLog()[0]).toMatchObject({ operationName: 'Cases' });
    expect(lines.join('')).not.toContain(canary);
  });
});

describe('metrics', () => {
  test('count requests, lookups, fetches, costs and refusals', async () => {
    await start();
    await asReader({ query: '{ ping reviews { rating } }' });
    await asReader({ query: '{ ping reviews { rating } }' });
    await gateway.post({ query: `{ ${'a{'.repeat(20)}a${'}'.repeat(20)} }` });
    await asReader({ query: '{ a: cases { reviews { rating } } b: cases { reviews { rating } } }' });
    const { text } = await metricsOf();
    expect(text).toContain('gateway_coalesced_fetches_total 1');
    expect(text).toMatch(
      /gateway_request_duration_seconds_count\{operation="[0-9a-f]{12}",status="200",outcome="OK"\} 2/,
    );
    expect(text).toMatch(/_bucket\{le="\+Inf",operation="[0-9a-f]{12}",status="200",outcome="OK"\} 2/);
    expect(text).toContain(
      'gateway_request_duration_seconds_count{operation="refused",status="400",outcome="LIMIT_EXCEEDED"} 1',
    );
    expect(text).toContain('gateway_prepared_operation_lookups_total{result="hit"} 1');
    expect(text).toContain('gateway_prepared_operation_lookups_total{result="miss"} 2');
    expect(text).toContain('gateway_prepared_operations 2');
    expect(text).toContain('gateway_subgraph_fetch_duration_seconds_count{subgraph="reviews",outcome="answered"} 3');
    expect(text).toContain('gateway_operation_cost_count 3');
    expect(text).toMatch(/gateway_limit_refusals_total\{limit="\w+"\} 1/);
  });

  test('stay bounded and without text of callers, whatever is sent', async () => {
    await start({ config: { rateLimits: null } });
    await asReader(withCanary);
    for (let index = 0; index < 1_100; index++) await gateway.post({ query: `{ ${canary}${String(index)}: ping }` });
    const { text } = await metricsOf();
    const operations = new Set([...text.matchAll(/operation="(\w+)"/g)].map(([, name]) => name));
    expect(operations.size).toBeLessThanOrEqual(1_002);
    expect(operations).toContain('other');
    expect(text).not.toContain(canary);
  }, 60_000);

  test('are for this machine only, and not for what a proxy on it forwards', async () => {
    await start();
    expect((await metricsOf()).status).toBe(200);
    for (const name of ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via']) {
      const { status, text } = await metricsOf({ [name]: '203.0.113.9' });
      expect([status, text]).toEqual([403, '{"status":"refused"}']);
    }
  });

  test('are for whoever has the token, when there is one', async () => {
    await start({ config: { metricsToken: 'let-prometheus-in' } });
    expect((await metricsOf()).status).toBe(401);
    expect((await metricsOf({ authorization: 'Bearer let-nobody-in' })).status).toBe(401);
    const forwarded = { authorization: 'Bearer let-prometheus-in', 'x-forwarded-for': '203.0.113.9' };
    expect((await metricsOf(forwarded)).text).toContain('gateway_subscriptions 0');
  });
});

describe('the query plan', () => {
  const query = '{ ping cases { reviews { rating text } } }';
  beforeEach(() => start());

  test('comes with the answer for those who run the platform, as it was run for them', async () => {
    const authorization = await gateway.issuer.bearer(['auth:organisations:write']);
    const { data, extensions } = (await gateway.post({ query }, { authorization, 'x-query-plan': '1' })) as Answer & {
      extensions?: { queryPlan?: string };
    };
    expect(data).toMatchObject({ ping: 'pong' });
    expect(extensions?.queryPlan).toContain('Fetch(service: "reviews")');
    expect(extensions?.queryPlan).not.toContain('text'); // the scope for it is missing, so it was cut
  });

  test('comes for nobody else, and not unasked', async () => {
    const admin = await gateway.issuer.bearer(['auth:organisations:write']);
    const reader = await gateway.issuer.bearer(['reviews:human:read']);
    const answers = [
      await gateway.post({ query }, { 'x-query-plan': '1' }),
      await gateway.post({ query }, { 'x-query-plan': '1', authorization: reader }),
      await gateway.post({ query }, { authorization: admin }),
    ];
    for (const answer of answers) {
      expect(answer.data).toMatchObject({ ping: 'pong' });
      expect(answer).not.toHaveProperty('extensions');
    }
  });
});

describe('traces', () => {
  const recorder = recordSpans();
  beforeEach(async () => {
    recorder.forget();
    await start();
  });
  afterAll(() => recorder.stop());

  test('show preparation and every fetch of a request, inside the trace of the caller', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const { headers } = await asReader({ query: 'query Board { ping reviews { rating } }' }, { traceparent });
    await gateway.close();
    const [request, ...others] = recorder.trees();
    expect(others).toEqual([]);
    expect(request).toMatchObject({
      name: 'graphql.request',
      traceId: '0af7651916cd43dd8448eb211c80319c',
      parentId: 'b7ad6b7169203331',
      isFailed: false,
      attributes: {
        'graphql.operation.name': 'Board',
        'graphql.operation.type': 'query',
        'graphql.document.hash': expect.stringMatching(/^[0-9a-f]{12}$/),
        'http.response.status_code': 200,
        'platform.correlation_id': headers.get('x-correlation-id'),
      },
    });
    const inside = request?.children.map(({ name, attributes }) => [name, attributes['graphql.subgraph.name']]);
    expect(inside).toEqual([
      ['graphql.prepare', undefined],
      ['graphql.subgraph.fetch', 'clinical'],
      ['graphql.subgraph.fetch', 'reviews'],
    ]);
  });

  test('go on with an event to those who follow it, and begin with no event and no sign of life', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const viewer = connectClient(gateway.url, await gateway.issuer.bearer(['clinical:cases:read']));
    const results = viewer.subscribe('subscription { caseChanged(caseId: "c1") { id } }');
    const first = results.next();
    while (!(await metricsOf()).text.includes('gateway_subscriptions 1\n'));
    gateway.events.announce({ organisationId: 'org_one', resourceId: 'c1' });
    await first;
    await fetch(`${gateway.url}/health/ready`);
    const second = results.next();
    gateway.events.announce({ organisationId: 'org_one', resourceId: 'c1', traceparent });
    await second;
    await viewer.dispose();
    const trees = recorder.trees();
    expect(trees).toMatchObject([
      { name: 'graphql.subscription.event', traceId: traceparent.split('-')[1], parentId: traceparent.split('-')[2] },
    ]);
    expect(trees[0]?.children.map(({ name }) => name)).toEqual(['graphql.subgraph.fetch']);
  });

  test('say what failed by its code', async () => {
    await asReader({ query: '{ ping boom }' });
    await gateway.post({ query: '{ nonsense }' });
    const [partial, refused] = recorder.trees();
    expect(partial).toMatchObject({ isFailed: true, attributes: { 'error.type': 'INTERNAL_SERVER_ERROR' } });
    expect(refused).toMatchObject({ isFailed: true, attributes: { 'error.type': 'GRAPHQL_VALIDATION_FAILED' } });
  });

  test('hold nothing that a caller wrote, and no answer', async () => {
    await asReader(withCanary, { baggage: `name=${canary}`, tracestate: `name=${canary}`, traceparent: canary });
    await asReader({ query: `query ${canary.repeat(7)} { ping }` });
    expect(recorder.trees()).toHaveLength(2);
    expect(recorder.text()).not.toContain(canary);
  });
});
