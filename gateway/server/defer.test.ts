import { type FormattedExecutionResult } from 'graphql';
import { type SubgraphRequest, inProcessTransport } from '../transport';
import { clinicSchema, executeClinic } from '../testing/clinic';
import { type TestGateway, codesByPath, startTestGateway } from '../testing/test-gateway';

interface Message extends FormattedExecutionResult {
  readonly hasNext: boolean;
  readonly incremental?: readonly (FormattedExecutionResult & { label?: string; path: (string | number)[] })[];
}

const reviews = clinicSchema('reviews');
/** Lets the deferred fetch wait until a test has seen the beginning. */
let holdReviews: Promise<void> = Promise.resolve();
let gateway: TestGateway;
let authorization: string;

beforeAll(async () => {
  gateway = await startTestGateway({
    transports: {
      reviews: inProcessTransport(async (request: SubgraphRequest) => {
        await holdReviews;
        return executeClinic(reviews, request);
      }),
    },
  });
  await gateway.listen();
  authorization = await gateway.issuer.bearer(['reviews:human:read']);
});

afterAll(async () => {
  await gateway.close();
});

const query = '{ cases { id title ... @defer(label: "slow") { reviews { rating text } } } }';
const multipart = 'multipart/mixed;deferSpec=20220824,application/json';

function ask(body: object, accept = multipart, token = authorization): Promise<Response> {
  const headers = { 'content-type': 'application/json', accept, authorization: token };
  return fetch(`${gateway.url}/graphql`, { method: 'POST', headers, body: JSON.stringify(body) });
}

/** The parts as a client reads them. */
async function* messagesOf(response: Response): AsyncGenerator<Message> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    const parts = text.split(/\r\n---(?:--\r\n)?/);
    text = parts.pop() ?? '';
    for (const part of parts) {
      const [, json] = part.split('\r\n\r\n');
      if (json !== undefined) yield JSON.parse(json) as Message;
    }
  }
}

async function allOf(response: Response): Promise<Message[]> {
  const messages: Message[] = [];
  for await (const message of messagesOf(response)) messages.push(message);
  return messages;
}

test('answers the rest first, and what was deferred when it is there', async () => {
  let release: () => void = () => undefined;
  holdReviews = new Promise((resolve) => {
    release = resolve;
  });
  const response = await ask({ query });
  expect(response.headers.get('content-type')).toBe('multipart/mixed; boundary="-"; deferSpec=20220824');
  const messages = messagesOf(response);
  expect((await messages.next()).value).toEqual({
    data: {
      cases: [
        { id: 'c1', title: 'Case c1' },
        { id: 'c2', title: 'Case c2' },
      ],
    },
    hasNext: true,
  });
  release();
  const { incremental } = (await messages.next()).value as Message;
  expect(incremental).toEqual(
    ['c1', 'c2'].map((_id, index) => ({
      label: 'slow',
      path: ['cases', index],
      data: {
        reviews: [
          { rating: 1, text: 'one' },
          { rating: 2, text: 'two' },
        ],
      },
    })),
  );
  expect((await messages.next()).value).toEqual({ hasNext: false });
});

test('answers in one piece whoever does not ask for parts', async () => {
  const response = await ask({ query }, 'application/json');
  const { data, errors } = (await response.json()) as FormattedExecutionResult;
  expect(errors).toBeUndefined();
  expect(data).toMatchObject({ cases: [{ id: 'c1', reviews: [{ rating: 1 }, { rating: 2 }] }, { id: 'c2' }] });
});

test('keeps denied fields from deferred parts, with their indices', async () => {
  const messages = await allOf(await ask({ query }, multipart, await gateway.issuer.bearer([])));
  const parts = messages.flatMap(({ incremental = [] }) => incremental);
  expect(parts.map(({ data }) => data)).toEqual(
    [1, 2].map(() => ({
      reviews: [
        { rating: 1, text: null },
        { rating: 2, text: null },
      ],
    })),
  );
  expect(codesByPath(parts[1]?.errors)).toEqual({
    'cases.1.reviews.0.text': 'UNAUTHORIZED_FIELD_OR_TYPE',
    'cases.1.reviews.1.text': 'UNAUTHORIZED_FIELD_OR_TYPE',
  });
});

test('defers a named fragment in each place where it stands, and fragments within fragments', async () => {
  const nested = `{ cases { id ...Later @defer } }
    fragment Later on Case { title ... @defer(label: "inner") { reviews { rating } } }`;
  const messages = await allOf(await ask({ query: nested }));
  expect(messages[0]).toEqual({ data: { cases: [{ id: 'c1' }, { id: 'c2' }] }, hasNext: true });
  const parts = messages.flatMap(({ incremental = [] }) => incremental);
  expect(parts.filter(({ label }) => label === undefined).map(({ data }) => data)).toEqual([
    { title: 'Case c1' },
    { title: 'Case c2' },
  ]);
  expect(parts.filter(({ label }) => label === 'inner').map(({ path }) => path)).toEqual([
    ['cases', 0],
    ['cases', 1],
  ]);
  expect(messages.at(-1)).toEqual({ hasNext: false });
});

test.each([
  ['a variable', 'query($later: Boolean!) { cases { id ... @defer(if: $later) { title } } }'],
  ['a literal', 'query { cases { id ... @defer(if: false) { title } } }'],
])('defers nothing when %s says so', async (...[, conditional]) => {
  const response = await ask({ query: conditional, variables: { later: false } });
  expect(response.headers.get('content-type')).toContain('application/json');
  expect(await response.json()).toEqual({
    data: {
      cases: [
        { id: 'c1', title: 'Case c1' },
        { id: 'c2', title: 'Case c2' },
      ],
    },
  });
});

test('tells of a subgraph that fails in the part that needed it', async () => {
  holdReviews = Promise.reject(new Error('down'));
  const messages = await allOf(await ask({ query }));
  holdReviews = Promise.resolve();
  const parts = messages.flatMap(({ incremental = [] }) => incremental);
  expect(messages[0]?.errors).toBeUndefined();
  expect(parts.map(({ data }) => data)).toEqual([null, null]);
  expect(codesByPath(parts[0]?.errors)).toEqual({ 'cases.0.reviews': 'UPSTREAM_UNAVAILABLE' });
});
