import * as oidc from 'openid-client';
import { type AuthUnderTest, type Clinic, startAuth } from '../auth.fixture';
import {
  type Authorization,
  authorizationOf,
  Browser,
  discover,
  errorOf,
  redirectUri,
  register,
} from './relying-party.fixture';

const scopes = ['clinical:patients:read', 'clinical:cases:read', 'auth:users:self'] as const;
const metadata = { authMethod: 'CLIENT_SECRET', redirectUris: [redirectUri] };

/** openid-client, a certified relying party, is given the issuer's address and nothing else. */
describe('a relying party', () => {
  let subject: AuthUnderTest;
  let clinic: Clinic;

  beforeAll(async () => {
    subject = await startAuth({ TOKEN_ISSUER: '', LOGIN_ANSWER_MS: '100' });
    clinic = await subject.newClinic();
  });
  afterAll(() => subject.stop());

  /** Signs the doctor in at the pages and allows what the client asks. */
  const allow = async ({ url }: Pick<Authorization, 'url'>, browser = new Browser()): Promise<URL> => {
    const { email, password } = clinic.people.doctor;
    let page = await browser.open(url);
    if (page.html.includes('name="password"')) page = await browser.submit(page, { email, password }, 'password');
    if (page.html.includes('Allow access')) page = await browser.submit(page, {});
    return page.url;
  };
  const exchange = (config: oidc.Configuration, request: Authorization, answered: URL) =>
    oidc.authorizationCodeGrant(config, answered, {
      pkceCodeVerifier: request.codeVerifier,
      expectedState: request.state,
      expectedNonce: request.nonce,
      idTokenExpected: true,
    });
  const signedIn = async (config: oidc.Configuration, scope = `openid ${scopes.join(' ')}`) => {
    const request = await authorizationOf(config, scope);
    return exchange(config, request, await allow(request));
  };

  test('signs a person in by code and PKCE, and gets tokens that the platform takes', async () => {
    const client = await register(subject, clinic, { scopes, metadata });
    const config = await discover(subject, client, oidc.ClientSecretPost(client.clientSecret));
    const tokens = await signedIn(config, `openid profile ${scopes.join(' ')}`);
    expect(tokens.claims()).toMatchObject({ sub: clinic.people.doctor.userId, amr: ['pwd'] });
    expect(tokens.claims()).not.toHaveProperty('name');
    const actor = await subject.verify(tokens.access_token);
    expect(actor).toMatchObject({
      ...{ kind: 'user', userId: clinic.people.doctor.userId, clientId: client.clientId, ...clinic.organisation },
      ...{ roles: ['DOCTOR'], practitionerId: clinic.people.doctor.practitionerId },
    });
    expect([...actor.scopes].sort()).toEqual([...scopes].sort());
    expect(actor.token?.sessionId).toMatch(/^ses_/);
    expect(tokens.refresh_token).toBeDefined();
  });

  test('is not asked about again what the person has allowed it before', async () => {
    const client = await register(subject, clinic, { scopes, metadata });
    const config = await discover(subject, client, oidc.ClientSecretBasic(client.clientSecret));
    const browser = new Browser();
    const first = await authorizationOf(config, 'openid clinical:cases:read');
    await exchange(config, first, await allow(first, browser));
    const second = await authorizationOf(config, 'openid clinical:cases:read');
    const straight = await browser.open(second.url);
    expect(straight.url.origin).toBe(new URL(redirectUri).origin);
    expect((await exchange(config, second, straight.url)).scope).toContain('clinical:cases:read');
    const more = await browser.open((await authorizationOf(config, 'openid clinical:patients:read')).url);
    expect(more.html).toContain('Allow access');
  });

  test('is told when the person refuses, and sees a wrong password answered on the page', async () => {
    const client = await register(subject, clinic, { scopes, metadata });
    const config = await discover(subject, client, oidc.ClientSecretPost(client.clientSecret));
    const browser = new Browser();
    const page = await browser.open((await authorizationOf(config, 'openid')).url);
    const wrong = await browser.submit(page, { email: clinic.people.doctor.email, password: 'wrong' }, 'password');
    expect(wrong.html).toContain('The e-mail address or the password is wrong');
    const { url } = await browser.submit({ ...wrong, html: wrong.html.replace(/<form.*?<\/form>/s, '') }, {});
    expect([url.origin, url.searchParams.get('error')]).toEqual([new URL(redirectUri).origin, 'access_denied']);
  });

  test('gets a new refresh token with every use, and loses everything when an old one is shown again', async () => {
    const client = await register(subject, clinic, { scopes, metadata });
    const config = await discover(subject, client, oidc.ClientSecretPost(client.clientSecret));
    const first = await signedIn(config);
    const second = await oidc.refreshTokenGrant(config, first.refresh_token ?? '');
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect((await subject.verify(second.access_token)).token?.sessionId).toBe(
      (await subject.verify(first.access_token)).token?.sessionId,
    );
    expect(await errorOf(oidc.refreshTokenGrant(config, first.refresh_token ?? ''))).toBe('invalid_grant');
    expect(await errorOf(oidc.refreshTokenGrant(config, second.refresh_token ?? ''))).toBe('invalid_grant');
    expect(await oidc.tokenIntrospection(config, second.access_token)).toEqual({ active: false });
  });

  test('narrows what it asks for when it refreshes, and never gets more than was granted', async () => {
    const client = await register(subject, clinic, { scopes, metadata });
    const config = await discover(subject, client, oidc.ClientSecretPost(client.clientSecret));
    const { refresh_token: refreshToken = '' } = await signedIn(
      config,
      'openid clinical:cases:read clinical:patients:read',
    );
    const narrowed = await oidc.refreshTokenGrant(config, refreshToken, { scope: 'clinical:cases:read' });
    expect([...(await subject.verify(narrowed.access_token)).scopes]).toEqual(['clinical:cases:read']);
    const more = oidc.refreshTokenGrant(config, narrowed.refresh_token ?? '', { scope: 'auth:users:self' });
    expect(await errorOf(more)).toBe('invalid_scope');
  });

  test('uses a code once: the second use takes the tokens of the first with it', async () => {
    const client = await register(subject, clinic, { scopes, metadata });
    const config = await discover(subject, client, oidc.ClientSecretPost(client.clientSecret));
    const request = await authorizationOf(config, 'openid clinical:cases:read');
    const answered = await allow(request);
    const tokens = await exchange(config, request, answered);
    expect(await errorOf(exchange(config, request, answered))).toBe('invalid_grant');
    expect(await errorOf(oidc.refreshTokenGrant(config, tokens.refresh_token ?? ''))).toBe('invalid_grant');
  });

  test('uses a code once even when it is shown many times at once', async () => {
    const client = await register(subject, clinic, { scopes, metadata });
    const config = await discover(subject, client, oidc.ClientSecretPost(client.clientSecret));
    const request = await authorizationOf(config, 'openid clinical:cases:read');
    const answered = await allow(request);
    const uses = await Promise.allSettled(Array.from({ length: 8 }, () => exchange(config, request, answered)));
    const good = uses.flatMap((use) => (use.status === 'fulfilled' ? [use.value] : []));
    expect(good.length).toBeLessThanOrEqual(1);
    for (const { refresh_token: token = '' } of good)
      expect(await errorOf(oidc.refreshTokenGrant(config, token))).toBe('invalid_grant');
  });

  test.each([
    ['another verifier', { pkceCodeVerifier: 'a'.repeat(64) }],
    ['no verifier', { pkceCodeVerifier: undefined }],
  ])('cannot redeem a code with %s', async (_what, changed) => {
    const client = await register(subject, clinic, { scopes, metadata });
    const config = await discover(subject, client, oidc.ClientSecretPost(client.clientSecret));
    const request = await authorizationOf(config, 'openid clinical:cases:read');
    const answered = await allow(request);
    const checks = { expectedState: request.state, expectedNonce: request.nonce, ...changed };
    expect(await errorOf(oidc.authorizationCodeGrant(config, answered, checks as never))).toBe('invalid_grant');
  });

  test.each([
    ['without PKCE', { code_challenge: '', code_challenge_method: '' }, 'invalid_request'],
    ['with the plain method', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['for a scope that the client does not have', { scope: 'openid auth:users:write' }, 'invalid_scope'],
    ['for a scope there is not', { scope: 'openid no:such:scope' }, 'invalid_scope'],
    ['for a token instead of a code', { response_type: 'token' }, 'unsupported_response_type'],
    ['for another resource', { resource: 'urn:somebody-else' }, 'invalid_target'],
  ])('is refused an authorization %s', async (_what, changed, error) => {
    const client = await register(subject, clinic, { scopes, metadata });
    const config = await discover(subject, client, oidc.ClientSecretPost(client.clientSecret));
    const { url } = await authorizationOf(config, 'openid clinical:cases:read');
    for (const [name, value] of Object.entries(changed)) {
      if (value === '') url.searchParams.delete(name);
      else url.searchParams.set(name, value);
    }
    const answered = (await new Browser().open(url)).url;
    const where = answered.hash === '' ? answered.searchParams : new URLSearchParams(answered.hash.slice(1));
    expect([answered.origin, where.get('error')]).toEqual([new URL(redirectUri).origin, error]);
  });

  test.each([
    ['a path below', `${redirectUri}/more`],
    ['another query', `${redirectUri}?a=b`],
    ['another host', 'https://app.example.test.evil.test/callback'],
    ['another scheme', 'http://app.example.test/callback'],
  ])('is never sent to %s of its redirect address', async (_what, address) => {
    const client = await register(subject, clinic, { scopes, metadata });
    const config = await discover(subject, client, oidc.ClientSecretPost(client.clientSecret));
    const { url } = await authorizationOf(config, 'openid', { redirect_uri: address });
    const shown = await new Browser().open(url);
    expect([shown.url.origin, shown.status]).toEqual([new URL(subject.subject.publicUrl).origin, 400]);
    expect(shown.html).toContain('invalid_redirect_uri');
  });

  test('gives a person no more than their roles, whatever client and person agree on', async () => {
    const client = await register(subject, clinic, { scopes: [...scopes, 'auth:clients:write'], metadata });
    const config = await discover(subject, client, oidc.ClientSecretPost(client.clientSecret));
    const tokens = await signedIn(config, 'openid clinical:cases:read auth:clients:write');
    expect([...(await subject.verify(tokens.access_token)).scopes]).toEqual(['clinical:cases:read']);
  });

  test('cannot have people of another organisation', async () => {
    const stranger = (await subject.newClinic()).people.doctor;
    const client = await register(subject, clinic, { scopes, metadata });
    const config = await discover(subject, client, oidc.ClientSecretPost(client.clientSecret));
    const browser = new Browser();
    const page = await browser.open((await authorizationOf(config, 'openid')).url);
    const { email, password } = stranger;
    const answer = await browser.submit(page, { email, password }, 'password');
    expect(answer.html).toContain('The e-mail address or the password is wrong');
  });

  test('asks anew who it is when the browser is signed in as somebody of another organisation', async () => {
    const elsewhere = await subject.newClinic();
    const theirs = await discover(
      ...([
        subject,
        await register(subject, elsewhere, { scopes, metadata: { ...metadata, authMethod: 'NONE' } }),
        oidc.None(),
      ] as const),
    );
    const browser = new Browser();
    const { email, password } = elsewhere.people.doctor;
    const page = await browser.open((await authorizationOf(theirs, 'openid')).url);
    expect((await browser.submit(page, { email, password }, 'password')).html).toContain('Allow access');
    const ours = await discover(
      ...([
        subject,
        await register(subject, clinic, { scopes, metadata: { ...metadata, authMethod: 'NONE' } }),
        oidc.None(),
      ] as const),
    );
    const shown = await browser.open((await authorizationOf(ours, 'openid')).url);
    expect(shown.html).toContain('name="password"');
  });

  test('works as a public client, with PKCE instead of a secret, and then cannot act for itself', async () => {
    const client = await register(subject, clinic, { scopes, metadata: { ...metadata, authMethod: 'NONE' } });
    const config = await discover(subject, client, oidc.None());
    const tokens = await signedIn(config);
    expect((await subject.verify(tokens.access_token)).clientId).toBe(client.clientId);
    expect((await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')).access_token).toBeDefined();
    expect(await errorOf(oidc.clientCredentialsGrant(config))).not.toBe('nothing was refused');
  });

  test('pushes its authorization request (RFC 9126)', async () => {
    const client = await register(subject, clinic, { scopes, metadata });
    const config = await discover(subject, client, oidc.ClientSecretPost(client.clientSecret));
    const request = await authorizationOf(config, 'openid clinical:cases:read');
    const url = await oidc.buildAuthorizationUrlWithPAR(config, Object.fromEntries(request.url.searchParams));
    expect([...url.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri']);
    const tokens = await exchange(config, request, await allow({ url }));
    expect(tokens.scope).toContain('clinical:cases:read');
  });

  test('learns at userinfo what the scopes open and not a word more', async () => {
    const client = await register(subject, clinic, { scopes, metadata });
    const config = await discover(subject, client, oidc.ClientSecretPost(client.clientSecret));
    const { userId: sub, email, firstName } = clinic.people.doctor;
    const { organisationId } = clinic.organisation;
    const bare = await signedIn(config, 'openid clinical:cases:read');
    expect(await oidc.fetchUserInfo(config, bare.access_token, sub)).toEqual({ sub, org_id: organisationId });
    const full = await signedIn(config, 'openid profile email');
    expect(await oidc.fetchUserInfo(config, full.access_token, sub)).toMatchObject({
      sub,
      email,
      given_name: firstName,
    });
    const without = await signedIn(config, 'openid clinical:cases:read').then(({ refresh_token: token = '' }) =>
      oidc.refreshTokenGrant(config, token, { scope: 'clinical:cases:read' }),
    );
    const refused = await fetch(`${subject.url}/v1/oauth/userinfo`, {
      headers: { authorization: `Bearer ${without.access_token}` },
    });
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
      403,
      'Bearer error="insufficient_scope"',
    ]);
  });

  test('signs people out of the browser, and of everything that was opened from it', async () => {
    const metadataWithLogout = { ...metadata, postLogoutRedirectUris: ['https://app.example.test/bye'] };
    const client = await register(subject, clinic, { scopes, metadata: metadataWithLogout });
    const config = await discover(subject, client, oidc.ClientSecretPost(client.clientSecret));
    const browser = new Browser();
    const request = await authorizationOf(config, 'openid clinical:cases:read');
    const tokens = await exchange(config, request, await allow(request, browser));
    const page = await browser.open(
      oidc.buildEndSessionUrl(config, {
        id_token_hint: tokens.id_token ?? '',
        post_logout_redirect_uri: 'https://app.example.test/bye',
      }),
    );
    const { url } = await browser.submit(page, { logout: 'yes' });
    expect(url.href).toBe('https://app.example.test/bye');
    expect(await errorOf(oidc.refreshTokenGrant(config, tokens.refresh_token ?? ''))).toBe('invalid_grant');
    expect((await browser.open((await authorizationOf(config, 'openid')).url)).html).toContain('name="password"');
  });
});
