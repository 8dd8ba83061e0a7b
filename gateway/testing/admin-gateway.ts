import { parse } from 'graphql';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type ExpiringStore } from '#shared/expiring-store';
import { startIdentityProvider, type TestIdentityProvider } from '#shared/testing';
import { startTestGateway, type TestGateway } from './test-gateway';
import { createIssuer, type TokenIssuer } from './tokens';
import { composeSupergraph, loadSupergraph } from '../supergraph';
import { inProcessTransport, type SubgraphRequest } from '../transport';
import { graphql } from 'graphql';
import { type AdminConfig } from '../admin';

export const publicUrl = 'https://admin.example';

const typeDefs = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@authenticated"])
  type Tokens { accessToken: String! refreshToken: String expiresIn: Int! }
  type Payload { tokens: Tokens }
  type Query { whoAmI: String @authenticated open: String }
  type Mutation {
    exchange(code: String!, codeVerifier: String!, redirectUri: String!, nonce: String!): Payload!
    renew(refreshToken: String!): Payload!
    leave: Boolean @authenticated
    act: String @authenticated
  }`;

const operations = {
  signIn: `mutation ($code: String!, $codeVerifier: String!, $redirectUri: String!, $nonce: String!) {
    signedIn: exchange(code: $code, codeVerifier: $codeVerifier, redirectUri: $redirectUri, nonce: $nonce) {
      tokens { accessToken refreshToken expiresIn } } }`,
  refresh:
    'mutation ($refreshToken: String!) { refreshed: renew(refreshToken: $refreshToken) { tokens { accessToken refreshToken expiresIn } } }',
  signOut: 'mutation { leave }',
};

/** Plays the subgraph that knows the administrators: takes each code once, rotates refresh tokens. */
export class Staff {
  readonly exchanged: Record<string, unknown>[] = [];
  readonly spent: string[] = [];
  readonly left: (string | null)[] = [];
  lifetimeSeconds = 900;
  isAdministrator = true;
  private issued = 0;

  constructor(private readonly issuer: TokenIssuer) {}

  readonly execute = async ({ query, variables, actor }: SubgraphRequest): Promise<never> => {
    const result = await graphql({
      schema,
      source: query,
      variableValues: variables,
      rootValue: {
        open: 'open',
        whoAmI: () => actor?.subject,
        act: () => actor?.subject,
        leave: () => this.left.push(actor?.subject ?? null) > 0,
        exchange: (given: Record<string, unknown>) => this.exchange(given),
        renew: ({ refreshToken }: { refreshToken: string }) => this.renew(refreshToken),
      },
    });
    return result as never;
  };

  private exchange(given: Record<string, unknown>): Promise<object> {
    const isNew = !this.exchanged.some(({ code }) => code === given['code']);
    this.exchanged.push(given);
    return isNew && this.isAdministrator ? this.tokens() : Promise.resolve({ tokens: null });
  }

  private renew(refreshToken: string): Promise<object> {
    const isNew = !this.spent.includes(refreshToken);
    this.spent.push(refreshToken);
    return isNew && this.isAdministrator ? this.tokens() : Promise.resolve({ tokens: null });
  }

  private async tokens(): Promise<object> {
    const bearer = await this.issuer.bearer([], { userId: 'usr_admin', lifetimeSeconds: this.lifetimeSeconds });
    this.issued += 1;
    const refreshToken = `refresh-${String(this.issued)}`;
    return { tokens: { accessToken: bearer.slice('Bearer '.length), refreshToken, expiresIn: this.lifetimeSeconds } };
  }
}

const schema = buildSubgraphSchema(parse(typeDefs));
const supergraph = loadSupergraph(composeSupergraph([{ name: 'staff', url: 'http://127.0.0.1:1/staff', typeDefs }]));

export interface AdminGateway {
  readonly gateway: TestGateway;
  readonly google: TestIdentityProvider;
  readonly staff: Staff;
  stop(): Promise<void>;
}

export async function startAdminGateway(
  sessions: ExpiringStore,
  { shared, ...changed }: Partial<AdminConfig> & { readonly shared?: AdminGateway } = {},
): Promise<AdminGateway> {
  const google = shared?.google ?? (await startIdentityProvider(`${publicUrl}/admin/callback`));
  const issuer = shared?.gateway.issuer ?? (await createIssuer());
  const staff = shared?.staff ?? new Staff(issuer);
  const config: AdminConfig = {
    ...{ issuer: google.issuer, clientId: google.clientId, hostedDomain: 'platform.example', publicUrl },
    ...{ sessionKey: null, idleMs: 600_000, maxMs: 3_600_000, operations },
    ...changed,
  };
  const gateway = await startTestGateway({
    issuer,
    admin: { config, sessions },
    instead: { supergraph, transports: new Map([['staff', inProcessTransport(staff.execute)]]) },
  });
  await gateway.listen();
  return {
    ...{ gateway, google, staff },
    stop: async () => {
      await gateway.close();
      if (!shared) await google.stop();
    },
  };
}

const identity = { sub: 'google-1', email: 'amara@platform.example', email_verified: true, hd: 'platform.example' };

interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** A browser at the gateway's origin: keeps the gateway's cookies, goes to the provider when it is sent there. */
export class AdminBrowser {
  readonly cookies = new Map<string, string>();

  constructor(private readonly at: AdminGateway) {}

  async request(path: string, init: RequestInit = {}): Promise<Reply> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...(cookie && { cookie }), ...(init.headers as Record<string, string> | undefined) };
    const response = await fetch(`${this.at.gateway.url}${path}`, { redirect: 'manual', ...init, headers });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (line.includes('Max-Age=0')) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return { status: response.status, headers: response.headers, body: await response.text() };
  }

  /** @returns path and query of the provider's answer */
  async authorize(returnTo = '/console/queue?mine=1'): Promise<string> {
    const { headers } = await this.request(`/admin/login?return_to=${encodeURIComponent(returnTo)}`);
    const { pathname, search } = await this.at.google.authorize(headers.get('location') ?? '', identity);
    return `${pathname}${search}`;
  }

  async signIn(): Promise<void> {
    const { status } = await this.request(await this.authorize());
    expect(status).toBe(303);
  }

  /** What a page of the console learns when it begins. */
  async csrfToken(): Promise<string> {
    const { body } = await this.request('/admin/session');
    return String((JSON.parse(body) as { csrfToken?: unknown }).csrfToken);
  }

  /** As a page of this origin asks, unless a header is changed; null leaves one out. */
  async ask(
    query: string,
    changed: Record<string, string | null> = {},
  ): Promise<Reply & { code?: unknown; data?: unknown }> {
    const own = {
      ...{ 'content-type': 'application/json', origin: publicUrl, 'sec-fetch-site': 'same-origin' },
      'x-csrf-token': 'x-csrf-token' in changed ? null : await this.csrfToken(),
      ...changed,
    };
    const headers = Object.fromEntries(
      Object.entries(own).filter((entry): entry is [string, string] => entry[1] !== null),
    );
    const reply = await this.request('/graphql', { method: 'POST', headers, body: JSON.stringify({ query }) });
    const { data, errors } = JSON.parse(reply.body) as { data?: unknown; errors?: { extensions: { code: unknown } }[] };
    return { ...reply, data, code: errors?.[0]?.extensions.code };
  }
}
