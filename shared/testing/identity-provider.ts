import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import type Engine from 'oidc-provider';
import { type Grant } from 'oidc-provider';

/** An account at the provider, with what its ID tokens say. */
export interface TestIdentity {
  readonly sub: string;
  readonly email: string;
  readonly email_verified: boolean;
  /** The hosted domain; personal accounts have none. */
  readonly hd?: string;
}

/** A real OpenID provider that plays Google: oidc-provider with the claims that Google adds. */
export interface TestIdentityProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /**
   * Follows an authorization request as the browser of somebody who is signed in there would.
   * @returns where the browser is sent in the end: the redirect URI with the answer
   */
  authorize(location: string, identity: TestIdentity): Promise<URL>;
  stop(): Promise<void>;
}

const clientId = 'admin-console';
const clientSecret = 'a-secret-of-the-tests-and-nothing-else';
const maxRedirects = 10;

export async function startIdentityProvider(redirectUri: string): Promise<TestIdentityProvider> {
  // Loaded here: most suites need no provider.
  const { default: Provider } = await quietly(() => import('oidc-provider'));
  const newGrant = (accountId: string): Grant => {
    const grant = new provider.Grant({ clientId, accountId });
    grant.addOIDCScope('openid email');
    return grant;
  };
  const identities = new Map<string, TestIdentity>();
  let present: TestIdentity | null = null;
  let answer: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;
  const server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const provider: Engine = await quietly(
    () =>
      new Provider(issuer, {
        clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUri] }],
        claims: { openid: ['sub', 'hd'], email: ['email', 'email_verified'] },
        conformIdTokenClaims: false,
        ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
        cookies: { keys: ['of the tests'] },
        features: { devInteractions: { enabled: false } },
        findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ ...identities.get(sub), sub }) }),
        interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
        loadExistingGrant: async ({ oidc }) => {
          const grant = newGrant(oidc.session?.accountId ?? '');
          await grant.save();
          return grant;
        },
      }),
  );
  const engine = provider.callback();
  answer = (request, response) => {
    if (!request.url?.startsWith('/interaction/')) {
      void engine(request, response);
      return;
    }
    void provider.interactionFinished(request, response, { login: { accountId: present?.sub ?? '' } });
  };
  return {
    ...{ issuer, clientId, clientSecret },
    authorize: (location, identity) => {
      present = identity;
      identities.set(identity.sub, identity);
      return follow(location, redirectUri);
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** The engine says on the console that keys and storage of a development set-up are in use, which is what is wanted here. */
async function quietly<T>(make: () => T | Promise<T>): Promise<T> {
  const { info, warn } = console;
  Object.assign(console, { info: () => undefined, warn: () => undefined });
  try {
    return await make();
  } finally {
    Object.assign(console, { info, warn });
  }
}

/** A browser that keeps cookies and goes where it is sent, up to the redirect URI. */
async function follow(location: string, redirectUri: string): Promise<URL> {
  const cookies = new Map<string, string>();
  let at = new URL(location);
  for (let hop = 0; hop < maxRedirects && !at.href.startsWith(redirectUri); hop += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(at, { redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const next = response.headers.get('location');
    if (next === null) throw new Error(`The provider has answered ${String(response.status)}`);
    at = new URL(next, at);
  }
  return at;
}
