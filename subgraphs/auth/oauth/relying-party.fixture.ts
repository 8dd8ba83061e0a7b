import * as oidc from 'openid-client';
import { type Scope } from '#shared/auth';
import { newId } from '#shared/ids';
import { actorOf } from '#shared/testing';
import { type AuthUnderTest, type Clinic } from '../auth.fixture';

export const redirectUri = 'https://app.example.test/callback';

/** A browser as far as these flows need one: it keeps cookies, follows our own redirects, and fills in forms. */
export class Browser {
  private readonly jar = new Map<string, { readonly value: string; readonly path: string }>();

  constructor(private readonly userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0') {}

  /** Follows redirects while they stay at the platform. */
  async open(url: string | URL, form?: Record<string, string>): Promise<Shown> {
    let [next, body]: [URL, Record<string, string> | undefined] = [new URL(url), form];
    for (let hop = 0; hop < 10; hop += 1) {
      const response = await this.request(next, body);
      const location = response.headers.get('location');
      if (location === null)
        return { url: next, status: response.status, html: await response.text(), headers: response.headers };
      const target = new URL(location, next);
      if (target.origin !== next.origin)
        return { url: target, status: response.status, html: '', headers: response.headers };
      [next, body] = [target, undefined];
    }
    throw new Error('Too many redirects');
  }

  /** Sends the first form of a page that has a field of this name, or the first there is. */
  submit(page: Shown, values: Record<string, string>, withField?: string): Promise<Shown> {
    const forms = [...page.html.matchAll(/<form[^>]*action="([^"]+)"[^>]*>(.*?)<\/form>/gs)];
    const found = forms.find(([, , inner = '']) => withField === undefined || inner.includes(`name="${withField}"`));
    const [, action = '', inner = ''] = found ?? [];
    if (action === '') throw new Error(`There is no such form: ${page.html}`);
    const hidden = [...inner.matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)];
    const all = Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value]));
    return this.open(new URL(action, page.url), { ...all, ...values });
  }

  private async request(url: URL, form?: Record<string, string>): Promise<Response> {
    const cookies = [...this.jar].filter(([, { path }]) => url.pathname.startsWith(path));
    const response = await fetch(url, {
      redirect: 'manual',
      headers: {
        accept: 'text/html',
        'user-agent': this.userAgent,
        cookie: cookies.map(([name, { value }]) => `${name}=${value}`).join('; '),
        ...(form && { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(form && { method: 'POST', body: new URLSearchParams(form).toString() }),
    });
    for (const cookie of response.headers.getSetCookie()) this.keep(cookie);
    return response;
  }

  private keep(cookie: string): void {
    const [pair = '', ...attributes] = cookie.split(/; ?/);
    const [name = '', ...value] = pair.split('=');
    const path = attributes.find((one) => one.toLowerCase().startsWith('path='))?.slice(5) ?? '/';
    if (value.join('=') === '') this.jar.delete(name);
    else this.jar.set(name, { value: value.join('='), path });
  }
}

export interface Shown {
  readonly url: URL;
  readonly status: number;
  readonly html: string;
  readonly headers: Headers;
}

export interface Registered {
  readonly clientId: string;
  readonly clientSecret: string;
}

interface Registration {
  readonly scopes: readonly Scope[];
  readonly metadata?: Record<string, unknown>;
}

/** Registers a client through the graph, as an administrator of the clinic does. */
export async function register(
  { subject }: AuthUnderTest,
  clinic: Clinic,
  { scopes, metadata }: Registration,
): Promise<Registered> {
  const admin = actorOf(clinic.organisation, { scopes: ['auth:clients:read', 'auth:clients:write'] });
  const { data: found } = await subject.ask(admin, '{ products { id } }');
  const [product] = (found as { products: { id: string }[] }).products;
  const input = { idempotencyKey: newId('idk'), name: 'The app', productId: product?.id, scopes };
  const { data: made } = await subject.ask(
    admin,
    'mutation ($input: CreateApiClientInput!) { createApiClient(input: $input) { client { id } secret userErrors { code } } }',
    { input },
  );
  const { client, secret } = (made as { createApiClient: { client: { id: string }; secret: string } }).createApiClient;
  if (metadata) {
    const { data: set, errors } = await subject.ask(
      admin,
      'mutation ($id: ID!, $input: ClientMetadataInput!) { setClientMetadata(id: $id, input: $input) { userErrors { code message } } }',
      { id: client.id, input: metadata },
    );
    const { userErrors = [] } =
      (set as { setClientMetadata?: { userErrors: object[] } } | null)?.setClientMetadata ?? {};
    if (errors || userErrors.length > 0) throw new Error(JSON.stringify(errors ?? userErrors));
  }
  return { clientId: client.id, clientSecret: secret };
}

/** A relying party that knows nothing but the issuer's address. */
export async function discover(
  { subject }: AuthUnderTest,
  { clientId }: Pick<Registered, 'clientId'>,
  authentication: oidc.ClientAuth,
): Promise<oidc.Configuration> {
  return oidc.discovery(new URL(subject.publicUrl), clientId, undefined, authentication, {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- deprecated to stand out; there is no TLS on this machine
    execute: [oidc.allowInsecureRequests],
  });
}

export interface Authorization {
  readonly url: URL;
  readonly codeVerifier: string;
  readonly state: string;
  readonly nonce: string;
}

/** An authorization request with PKCE, state and nonce. */
export async function authorizationOf(
  config: oidc.Configuration,
  scope: string,
  more: Record<string, string> = {},
): Promise<Authorization> {
  const codeVerifier = oidc.randomPKCECodeVerifier();
  const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
  const url = oidc.buildAuthorizationUrl(config, {
    ...{ redirect_uri: redirectUri, scope, state, nonce, code_challenge_method: 'S256' },
    code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
    ...more,
  });
  return { url, codeVerifier, state, nonce };
}

/** The code of RFC 6749 that a request was refused with, or `challenged` for bad credentials. */
export async function errorOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
    return 'nothing was refused';
  } catch (error) {
    const { error: code, code: own } = error as { error?: string; code?: string };
    // A 401 with a challenge, of which openid-client shows no more.
    return own === 'OAUTH_WWW_AUTHENTICATE_CHALLENGE' ? 'challenged' : (code ?? own);
  }
}

/** What a token says, believed as it stands. */
export function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
}
