import { generateInternalKeys, type InternalKeys } from '#shared/auth';
import { type SubgraphServer, serveSubgraph } from '../testing/subgraph-server';
import { type TestGateway, codesByPath, startTestGateway } from '../testing/test-gateway';
import { SignedContexts, httpTransport, inProcessTransport } from '.';

const query = '{ ping reviews { rating } }';
const { signers, keys } = generateInternalKeys(['gateway']);
/** Only reviews is ever made to hang; the others have time for their retries on a busy machine. */
const deadlinesMs = { clinical: 5_000, reviews: 400 };
let clinical: SubgraphServer;
let reviews: SubgraphServer;
let gateway: TestGateway;
let pipelining = 1;

function transportTo(name: keyof typeof deadlinesMs, url: string): ReturnType<typeof httpTransport> {
  const signer = signers.get('gateway');
  if (!signer) throw new Error('The fixture has this signer');
  return httpTransport({ name, url, contexts: new SignedContexts(signer), deadlineMs: deadlinesMs[name], pipelining });
}

async function start(verificationKeys: InternalKeys): Promise<void> {
  clinical = await serveSubgraph('clinical', verificationKeys);
  reviews = await serveSubgraph('reviews', verificationKeys);
  gateway = await startTestGateway({
    transports: { clinical: transportTo('clinical', clinical.url), reviews: transportTo('reviews', reviews.url) },
  });
  await gateway.listen();
}

const ask = async (body: object): ReturnType<TestGateway['post']> =>
  gateway.post(body, { authorization: await gateway.issuer.bearer(['clinical:cases:write']) });

afterEach(async () => {
  await Promise.all([clinical.close(), reviews.close()]);
  await gateway.close();
});

describe.each([
  ['one request at a time on a connection', 1],
  ['requests that do not wait for each other on a connection', 16],
])('over HTTP, with %s', (...[, depth]) => {
  beforeEach(() => {
    pipelining = depth;
    return start(keys);
  });

  test('answers many callers at once, each with its own', async () => {
    const ids = Array.from({ length: 200 }, (_, index) => `p${String(index)}`);
    const answers = await Promise.all(
      ids.map((id) => ask({ query: `query($id: ID!) { patient(id: $id) { id name } }`, variables: { id } })),
    );
    expect(answers.map(({ data }) => data)).toEqual(ids.map((id) => ({ patient: { id, name: `Patient ${id}` } })));
  });

  test('answers from several subgraphs, each of which is told who asks and why', async () => {
    const { data, errors, headers } = await ask({ query });
    expect(errors).toBeUndefined();
    expect(data).toEqual({ ping: 'pong', reviews: [{ rating: 1 }, { rating: 2 }] });
    expect(clinical.requests[0]?.correlationId).toBe(headers.get('x-correlation-id'));
  });

  test('reuses a signed context for the same caller and subgraph, and for no other', async () => {
    const one = { authorization: await gateway.issuer.bearer([]) };
    const other = { authorization: await gateway.issuer.bearer([], { organisationId: 'org_two' }) };
    for (const headers of [one, one, other]) await gateway.post({ query }, headers);
    const [first, second, third] = clinical.requests.map(({ contextToken }) => contextToken);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    expect(reviews.requests[0]?.contextToken).not.toBe(first);
  });

  test('answers the rest when a subgraph hangs, with a code, within the deadline', async () => {
    reviews.faults.push('hang', 'hang', 'hang');
    const startedAt = performance.now();
    const { status, data, errors } = await ask({ query });
    expect([status, data]).toEqual([200, { ping: 'pong', reviews: null }]);
    expect(errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['UPSTREAM_UNAVAILABLE']);
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });

  test('tries a query again, and a mutation never', async () => {
    clinical.faults.push(503, 502);
    expect((await ask({ query: '{ ping }' })).data).toEqual({ ping: 'pong' });
    expect(clinical.requests).toHaveLength(3);
    clinical.faults.push(503);
    const answer = await ask({ query: 'mutation { touch }' });
    expect(answer.data).toEqual({ touch: null });
    expect(answer.errors?.[0]?.extensions?.['code']).toBe('UPSTREAM_UNAVAILABLE');
    expect(clinical.requests).toHaveLength(4);
  });

  test('stops asking a subgraph that keeps failing', async () => {
    clinical.faults.push(...Array.from({ length: 30 }, () => 500));
    for (let turn = 0; turn < 6; turn++) await ask({ query: '{ ping }' });
    expect(clinical.requests.length).toBeLessThanOrEqual(8);
  });
});

describe('in front of a subgraph that does not know its key', () => {
  beforeEach(() => start(generateInternalKeys(['gateway']).keys));

  test('calls that an outage, not a bad token of the caller', async () => {
    const { status, errors } = await ask({ query: '{ ping }' });
    expect(status).toBe(200);
    expect(errors?.[0]?.extensions?.['code']).toBe('UPSTREAM_UNAVAILABLE');
  });
});

test('does not wait for an in-process subgraph that never answers', async () => {
  await start(keys);
  const hanging = await startTestGateway({
    config: { subgraphDeadlineMs: 50 },
    transports: { reviews: inProcessTransport(() => new Promise(() => undefined)) },
  });
  await hanging.listen();
  const authorization = await hanging.issuer.bearer([]);
  const { data, errors } = await hanging.post(
    { query: '{ cases { title reviews { rating } } ping }' },
    { authorization },
  );
  expect(data).toEqual({ cases: [null, null], ping: 'pong' });
  expect(codesByPath(errors)).toEqual({
    'cases.0.reviews': 'UPSTREAM_UNAVAILABLE',
    'cases.1.reviews': 'UPSTREAM_UNAVAILABLE',
  });
  await hanging.close();
});
