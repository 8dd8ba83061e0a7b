import { serverAudits } from 'graphql-http';
import { type TestGateway, startTestGateway } from '../testing/test-gateway';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway({ config: { introspection: 'always' } });
  await gateway.listen();
});

afterAll(async () => {
  await gateway.close();
});

/** Audits of the GraphQL-over-HTTP working group, as a client that sends the header against forged requests, or not. */
function auditsAs(headers: Record<string, string>): ReturnType<typeof serverAudits> {
  return serverAudits({
    url: () => `${gateway.url}/graphql`,
    fetchFn: (url: string, init: RequestInit = {}) =>
      fetch(url, { ...init, headers: { ...(init.headers as Record<string, string>), ...headers } }),
  });
}

const withHeader = auditsAs({ 'apollo-require-preflight': 'true' });

test.each(withHeader.map((audit) => [audit.id, audit.name, audit] as const))('%s: %s', async (...[, , audit]) => {
  const result = await audit.fn();
  expect(result).toMatchObject({ status: 'ok' });
});

test('without the header only the audits of GET fail, for a browser can be made to send those', async () => {
  const results = await Promise.all(auditsAs({}).map((audit) => audit.fn()));
  const failed = results.filter(({ status }) => status !== 'ok').map(({ name }) => name);
  expect(results).toHaveLength(61);
  expect(failed).toHaveLength(3);
  for (const name of failed) expect(name).toMatch(/GET/);
});
