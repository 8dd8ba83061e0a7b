import { createTokenVerifier } from '#shared/auth';
import { memoryStore } from '#shared/expiring-store';
import { newId } from '#shared/ids';
import { silentLogger } from '#shared/logging';
import { startIdentityProvider, startTestSubgraph, testOrganisation, type TestIdentity } from '#shared/testing';
import {
  composeSupergraph,
  createGateway,
  defaultGatewayConfig,
  type Gateway,
  inProcessTransport,
  loadSupergraph,
  readAdminConfig,
} from '../gateway';
import { auth } from '../subgraphs/auth';

const domain = 'platform.example';
const publicUrl = 'https://admin.example';
const issuer = 'https://tokens.example';

type Google = Awaited<ReturnType<typeof startIdentityProvider>>;
type Subject = Awaited<ReturnType<typeof startTestSubgraph>>;

let google: Google;
let subject: Subject;
let gateway: Gateway;

beforeAll(async () => {
  google = await startIdentityProvider(`${publicUrl}/admin/callback`);
  const settings = {
    ...{ ADMIN_OIDC_ISSUER: google.issuer, ADMIN_OIDC_CLIENT_ID: google.clientId, ADMIN_OIDC_DOMAIN: domain },
    ...{ ADMIN_PUBLIC_URL: publicUrl, ADMIN_CONFIG: 'admin.yaml' },
  };
  subject = await startTestSubgraph(auth, {
    environment: { TOKEN_ISSUER: issuer, ...settings, ADMIN_OIDC_CLIENT_SECRET: google.clientSecret },
  });
  const config = readAdminConfig({ ...settings, ADMIN_SESSION_IDLE_SECONDS: 900, ADMIN_SESSION_MAX_SECONDS: 3_600 });
  const { name, sdl, execute } = subject.running;
  gateway = await createGateway({
    supergraph: loadSupergraph(composeSupergraph([{ name, url: 'in-process:auth', typeDefs: sdl }])),
    transports: new Map([[name, inProcessTransport(execute)]]),
    verifyToken: createTokenVerifier({
      ...{ issuer, audience: 'sa-platform' },
      keys: new URL(`${subject.publicUrl}/.well-known/jwks.json`),
    }),
    verifyService: () => Promise.reject(new Error('No service asks here')),
    events: { subscribe: () => () => undefined },
    admin: config && { config, sessions: memoryStore() },
    log: silentLogger,
    config: { ...defaultGatewayConfig, port: 0, drain: { ...defaultGatewayConfig.drain, idleMs: 0 } },
  });
  await gateway.listen();
});

afterAll(async () => {
  await gateway.close();
  await subject.stop();
  await google.stop();
});

async function newStaff(role: string): Promise<TestIdentity & { userId: string }> {
  const organisation = testOrganisation();
  const slug = organisation.organisationId.slice(-8);
  const person = { userId: newId('usr'), email: `amara.${slug}@${domain}`, password: `pass-${slug}-word` };
  const named = { firstName: 'Amara', lastName: 'Okafor', practitionerId: null };
  const chief = { ...person, userId: newId('usr'), email: `chief.${slug}@${domain}`, roles: ['PLATFORM_ADMIN'] };
  const people = [
    { ...person, ...named, roles: [role] },
    { ...chief, ...named },
  ];
  await subject.running.seedDemo({ organisation: { ...organisation, name: 'The platform', slug }, people });
  return { sub: `google-${slug}`, email: person.email, email_verified: true, hd: domain, userId: person.userId };
}

/** A browser's cookies at the gateway's origin. */
class Browser {
  private readonly cookies = new Map<string, string>();

  async request(path: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { cookie, ...(init.headers as Record<string, string> | undefined) };
    const response = await fetch(`${gateway.url}${path}`, { redirect: 'manual', ...init, headers });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      this.cookies.set(name, value);
    }
    return response;
  }

  async signIn(identity: TestIdentity): Promise<number> {
    const begun = await this.request('/admin/login');
    const { pathname, search } = await google.authorize(begun.headers.get('location') ?? '', identity);
    return (await this.request(`${pathname}${search}`)).status;
  }

  async csrfToken(): Promise<string> {
    return ((await (await this.request('/admin/session')).json()) as { csrfToken: string }).csrfToken;
  }

  async ask(
    query: string,
    csrfToken: string,
  ): Promise<{ data?: unknown; errors?: { extensions: { code: string } }[] }> {
    const headers = { 'content-type': 'application/json', 'x-csrf-token': csrfToken };
    const response = await this.request('/graphql', { method: 'POST', headers, body: JSON.stringify({ query }) });
    return (await response.json()) as never;
  }
}

test('an administrator signs in at the provider, asks the supergraph by the cookie, and signs out', async () => {
  const admin = await newStaff('PLATFORM_ADMIN');
  const browser = new Browser();
  expect(await browser.signIn(admin)).toBe(303);
  const token = await browser.csrfToken();
  const { data } = await browser.ask('{ me { id } }', token);
  expect(data).toMatchObject({ me: { id: admin.userId } });
  const headers = { 'x-csrf-token': token };
  expect((await browser.request('/admin/logout', { method: 'POST', headers })).status).toBe(204);
  expect((await browser.request('/admin/session')).status).toBe(401);
  await subject.until('the session to end', () =>
    subject.events.some(({ type, data: ended }) => type === 'auth.session.ended' && ended['userId'] === admin.userId),
  );
});

test('a doctor of a clinic, an account of another domain, and a stranger stay outside', async () => {
  const admin = await newStaff('PLATFORM_ADMIN');
  expect(await new Browser().signIn(await newStaff('DOCTOR'))).toBe(403);
  expect(await new Browser().signIn({ ...admin, hd: 'elsewhere.example' })).toBe(403);
  expect(await new Browser().signIn({ ...admin, email_verified: false })).toBe(403);
  expect(await new Browser().signIn({ ...admin, sub: 'google-2', email: `nobody@${domain}` })).toBe(403);
});
