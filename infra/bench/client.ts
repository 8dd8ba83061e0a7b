import { Agent, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { type DemoFile } from '../demo/demo';

interface Answer<T> {
  readonly data?: T | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

const timeoutMs = 30_000;

/**
 * The load generator's client: connections that stay open and as little work per request as possible, for it shares the
 * processors with what it measures.
 */
export class BenchClient {
  private readonly agent = new Agent({ keepAlive: true });

  private constructor(
    private readonly url: string,
    private readonly accessToken: string,
  ) {}

  /** As the demo's API client of the first organisation (RFC 6749 §4.4). */
  static async signIn({ urls, clients }: DemoFile): Promise<BenchClient> {
    const client = clients.find(({ name }) => name === 'case-cli');
    if (!client) throw new Error('The demo data have no client for cases');
    const basic = Buffer.from(`${client.clientId}:${client.clientSecret}`).toString('base64');
    const response = await fetch(urls['token'] ?? '', {
      method: 'POST',
      headers: { authorization: `Basic ${basic}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    if (!response.ok) throw new Error(`There is no token: ${String(response.status)}`);
    const { access_token: token } = (await response.json()) as { access_token: string };
    return new BenchClient(urls['graphql'] ?? '', token);
  }

  /** @throws {Error} for errors and user errors alike: a measurement of refusals is none. */
  async run<T>(query: string, variables: Readonly<Record<string, unknown>>): Promise<T> {
    const { data, errors = [] } = await this.post<Answer<T>>(JSON.stringify({ query, variables }));
    const userErrors = Object.values(data ?? {}).flatMap(
      (value) => (value as { userErrors?: { code: string; message: string }[] } | null)?.userErrors ?? [],
    );
    const problems = [...errors.map(({ message, extensions }) => ({ code: extensions?.code, message })), ...userErrors];
    const [first] = problems;
    if (first || !data) throw new Error(`The platform refused: ${first?.code ?? ''} ${first?.message ?? ''}`);
    return data;
  }

  close(): void {
    this.agent.destroy();
  }

  private post<T>(body: string): Promise<T> {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${this.accessToken}` };
    return new Promise((resolve, reject) => {
      const sent = request(this.url, { method: 'POST', agent: this.agent, headers, timeout: timeoutMs }, (response) => {
        json(response).then((answer) => resolve(answer as T), reject);
      });
      sent.once('error', reject);
      sent.once('timeout', () => sent.destroy(new Error('The platform does not answer')));
      sent.end(body);
    });
  }
}
