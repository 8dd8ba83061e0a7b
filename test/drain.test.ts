import { Pool } from 'undici';
import { until } from './child';
import { mode } from './config';
import { TestPlatform } from './platform';

const connections = 12;

/** What became of the requests of all clients. */
interface Ledger {
  answered: number;
  /** Refused before they were taken: nothing listened any more. */
  refused: number;
  readonly failed: unknown[];
}

/** A stop under load, as an orchestrator does it. */
describe(`SIGTERM (${mode})`, () => {
  let platform: TestPlatform;

  beforeAll(async () => {
    platform = await TestPlatform.start();
  }, 120_000);

  afterAll(() => platform.remove(), 60_000);

  test('fails no request that was taken, and ends the process in good order', async () => {
    const { origin } = new URL(platform.demo.urls['graphql'] ?? '');
    const headers = { 'content-type': 'application/json', authorization: await bearer(platform) };
    const ledger: Ledger = { answered: 0, refused: 0, failed: [] };
    const pools = Array.from({ length: connections }, () => new Pool(origin, { connections: 1, pipelining: 1 }));
    const clients = pools.map((pool) => askUntilRefused(pool, headers, ledger));
    await until('the load to be steady', () => ledger.answered > 200);
    const exitCode = platform.stop('SIGTERM');
    await Promise.all(clients);
    await Promise.all(pools.map((pool) => pool.destroy()));
    expect(ledger.failed).toEqual([]);
    expect(ledger.refused).toBe(connections);
    expect(await exitCode).toBe(0);
  }, 60_000);
});

async function bearer({ demo }: TestPlatform): Promise<string> {
  const client = demo.clients.find(({ name }) => name === 'case-cli');
  const response = await fetch(demo.urls['token'] ?? '', {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${client?.clientId ?? ''}:${client?.clientSecret ?? ''}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  const { access_token: token } = (await response.json()) as { access_token: string };
  return `Bearer ${token}`;
}

/** Without a pause over one kept connection, as a busy client does, until there is nobody to ask. */
async function askUntilRefused(pool: Pool, headers: Record<string, string>, ledger: Ledger): Promise<void> {
  const body = JSON.stringify({ query: '{ patients(first: 1) { nodes { id } } }' });
  for (;;) {
    try {
      const response = await pool.request({ path: '/graphql', method: 'POST', headers, body });
      const answer = (await response.body.json()) as { data?: { patients?: unknown } };
      // A client that is told to wait has got its answer too.
      if (answer.data?.patients || response.statusCode === 429) ledger.answered++;
      else ledger.failed.push([response.statusCode, answer]);
    } catch (error) {
      if ((error as { code?: string }).code === 'ECONNREFUSED') ledger.refused++;
      else ledger.failed.push(error);
      return;
    }
  }
}
