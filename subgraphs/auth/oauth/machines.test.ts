import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import * as oidc from 'openid-client';
import { newId } from '#shared/ids';
import { type AuthUnderTest, type Clinic, startAuth } from '../auth.fixture';
import { Browser, claimsOf, discover, errorOf, type Registered, register } from './relying-party.fixture';

const scopes = ['clinical:cases:read', 'clinical:patients:read'] as const;
const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token';

describe('machines and devices', () => {
  let subject: AuthUnderTest;
  let clinic: Clinic;

  beforeAll(async () => {
    subject = await startAuth({ TOKEN_ISSUER: '', LOGIN_ANSWER_MS: '100' });
    clinic = await subject.newClinic();
  });
  afterAll(() => subject.stop());

  const withSecret = async (more: Parameters<typeof register>[2] = { scopes }): Promise<oidc.Configuration> => {
    const client = await register(subject, clinic, more);
    return discover(subject, client, oidc.ClientSecretPost(client.clientSecret));
  };
  const login = async (): Promise<{ accessToken: string; refreshToken: string }> => {
    const { email, password } = clinic.people.doctor;
    const { data } = await subject.subject.ask(
      null,
      'mutation ($e: String!, $p: String!) { login(email: $e, password: $p, productKey: "demo") { tokens { accessToken refreshToken } } }',
      { e: email, p: password },
    );
    return (data as { login: { tokens: { accessToken: string; refreshToken: string } } }).login.tokens;
  };

  describe('a client that acts for itself', () => {
    test('gets a token for the platform’s resource, and none for another', async () => {
      const config = await withSecret();
      const tokens = await oidc.clientCredentialsGrant(config, { resource: 'urn:sa-platform' });
      expect(claimsOf(tokens.access_token)).toMatchObject({ aud: 'sa-platform', scope: scopes.join(' ') });
      expect(tokens.refresh_token).toBeUndefined();
      expect(await errorOf(oidc.clientCredentialsGrant(config, { resource: 'https://elsewhere.test' }))).toBe(
        'invalid_target',
      );
    });

    test.each(['openid', 'auth:users:write', 'clinical:cases:read auth:actor:assert', 'CLINICAL:CASES:READ'])(
      'is refused the scope “%s”, which it was not given',
      async (scope) => {
        expect(await errorOf(oidc.clientCredentialsGrant(await withSecret(), { scope }))).toBe('invalid_scope');
      },
    );

    test('ends a token of its own, and nobody else’s', async () => {
      const [config, other] = [await withSecret(), await withSecret()];
      const { access_token: token } = await oidc.clientCredentialsGrant(config);
      expect(await oidc.tokenIntrospection(config, token)).toMatchObject({ active: true, scope: scopes.join(' ') });
      await oidc.tokenRevocation(other, token);
      expect(await oidc.tokenIntrospection(other, token)).toMatchObject({ active: true });
      await oidc.tokenRevocation(config, token);
      expect(await oidc.tokenIntrospection(config, token)).toEqual({ active: false });
    });

    test('learns nothing of another organisation’s token, nor of one that is none', async () => {
      const elsewhere = await subject.newClinic();
      const { clientId = '', clientSecret = '' } = elsewhere.clients['read-only'] ?? {};
      const theirs = await discover(subject, { clientId }, oidc.ClientSecretPost(clientSecret));
      const { access_token: token } = await oidc.clientCredentialsGrant(await withSecret());
      expect(await oidc.tokenIntrospection(theirs, token)).toEqual({ active: false });
      expect(await oidc.tokenIntrospection(theirs, `${token.slice(0, -4)}AAAA`)).toEqual({ active: false });
      expect(await oidc.tokenIntrospection(theirs, 'abc')).toEqual({ active: false });
    });

    test('is told nothing about a token without its secret', async () => {
      const { access_token: token } = await oidc.clientCredentialsGrant(await withSecret());
      const { clientId } = await register(subject, clinic, { scopes });
      const config = await discover(subject, { clientId }, oidc.ClientSecretPost('wrong'));
      expect(await errorOf(oidc.tokenIntrospection(config, token))).toBe('challenged');
      expect(await errorOf(oidc.tokenRevocation(config, token))).toBe('challenged');
    });
  });

  describe('private_key_jwt (RFC 7523)', () => {
    const registered = async () => {
      const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
      const kid = newId('idk');
      const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' }] };
      const client = await register(subject, clinic, { scopes, metadata: { authMethod: 'PRIVATE_KEY_JWT', jwks } });
      return { client, privateKey, kid };
    };
    const assertion = async (
      { client, privateKey, kid }: Awaited<ReturnType<typeof registered>>,
      claims: Record<string, unknown> = {},
    ): Promise<string> =>
      new SignJWT({
        iss: client.clientId,
        sub: client.clientId,
        aud: subject.subject.publicUrl,
        jti: newId('idk'),
        ...claims,
      })
        .setProtectedHeader({ alg: 'ES256', kid })
        .setIssuedAt()
        .setExpirationTime('60s')
        .sign(privateKey);
    const post = async (client_assertion: string): Promise<{ status: number; error: unknown }> => {
      const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
      const body = new URLSearchParams({ grant_type: 'client_credentials', client_assertion, client_assertion_type });
      const response = await fetch(`${subject.url}/v1/oauth/token`, { method: 'POST', body });
      return { status: response.status, error: ((await response.json()) as { error?: unknown }).error };
    };

    test('lets a client in by its key', async () => {
      const { client, privateKey, kid } = await registered();
      const config = await discover(subject, client, oidc.PrivateKeyJwt({ key: privateKey, kid }));
      const tokens = await oidc.clientCredentialsGrant(config);
      expect((await subject.verify(tokens.access_token)).clientId).toBe(client.clientId);
    });

    test('takes an assertion once, even when it is shown many times at once', async () => {
      const known = await registered();
      const jwt = await assertion(known);
      const answers = await Promise.all(Array.from({ length: 6 }, () => post(jwt)));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      for (const { error } of answers.filter(({ status }) => status !== 200)) expect(error).toBe('invalid_client');
    });

    test('refuses an assertion by another key, for another audience, of another client, and a secret in its place', async () => {
      const [known, other] = [await registered(), await registered()];
      expect((await post(await assertion({ ...known, privateKey: other.privateKey }))).error).toBe('invalid_client');
      expect((await post(await assertion(known, { aud: 'https://elsewhere.test' }))).error).toBe('invalid_client');
      expect((await post(await assertion(known, { iss: other.client.clientId }))).error).toBe('invalid_client');
      expect((await post(await assertion(known, { sub: other.client.clientId }))).error).toBe('invalid_client');
      const bySecret = await discover(subject, known.client, oidc.ClientSecretPost(known.client.clientSecret));
      expect(await errorOf(oidc.clientCredentialsGrant(bySecret))).toBe('challenged');
    });

    test('keeps no private key: a set that has one is refused', async () => {
      const { privateKey } = await generateKeyPair('ES256', { extractable: true });
      const jwks = { keys: [{ ...(await exportJWK(privateKey)), kid: 'one' }] };
      await expect(
        register(subject, clinic, { scopes, metadata: { authMethod: 'PRIVATE_KEY_JWT', jwks } }),
      ).rejects.toThrow('public keys only');
    });
  });

  describe('a device (RFC 8628)', () => {
    const begin = async (config: oidc.Configuration, scope = 'openid clinical:cases:read') => {
      const started = await oidc.initiateDeviceAuthorization(config, { scope });
      const poll = (): Promise<unknown> =>
        oidc.pollDeviceAuthorizationGrant(config, { ...started, interval: 0.01 }, undefined, {
          signal: AbortSignal.timeout(10_000),
        });
      return { started, poll };
    };

    test('gets tokens once a person has entered its code and allowed it', async () => {
      const config = await withSecret({ scopes, metadata: { authMethod: 'NONE' } }).then(async () => {
        const client = await register(subject, clinic, { scopes, metadata: { authMethod: 'NONE' } });
        return discover(subject, client, oidc.None());
      });
      const { started, poll } = await begin(config);
      const pending = await fetch(`${subject.url}/v1/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
          device_code: started.device_code,
          client_id: config.clientMetadata().client_id,
        }),
      });
      expect(await pending.json()).toMatchObject({ error: 'authorization_pending' });
      const browser = new Browser();
      const page = await browser.open(started.verification_uri);
      const confirm = await browser.submit(page, { user_code: started.user_code });
      expect(confirm.html).toContain(started.user_code);
      const { email, password } = clinic.people.doctor;
      const signIn = await browser.submit(confirm, {});
      const consent = await browser.submit(signIn, { email, password }, 'password');
      expect((await browser.submit(consent, {})).html).toContain('is connected');
      const tokens = (await poll()) as { access_token: string };
      expect(await subject.verify(tokens.access_token)).toMatchObject({ userId: clinic.people.doctor.userId });
      expect(await errorOf(poll())).toBe('invalid_grant');
    });

    test('is told when the person says that the code is not theirs', async () => {
      const client = await register(subject, clinic, { scopes, metadata: { authMethod: 'NONE' } });
      const { started, poll } = await begin(await discover(subject, client, oidc.None()));
      const browser = new Browser();
      const page = await browser.open(started.verification_uri);
      await browser.submit(await browser.submit(page, { user_code: started.user_code }), { abort: 'yes' });
      expect(await errorOf(poll())).toBe('access_denied');
    });

    test('is asked again for a code there is not', async () => {
      const browser = new Browser();
      const page = await browser.open(`${subject.subject.publicUrl}/v1/oauth/device`);
      expect((await browser.submit(page, { user_code: 'BBBB-BBBB' })).html).toContain(
        'There is no device with this code',
      );
    });
  });

  describe('acting for somebody (RFC 8693)', () => {
    const delegate = async (): Promise<{ client: Registered; config: oidc.Configuration }> => {
      const client = await register(subject, clinic, { scopes: ['clinical:cases:read', 'auth:actor:assert'] });
      return { client, config: await discover(subject, client, oidc.ClientSecretPost(client.clientSecret)) };
    };
    const exchange = (config: oidc.Configuration, subject_token: string, more: Record<string, string> = {}) =>
      oidc.genericGrantRequest(config, tokenExchange, { subject_token, subject_token_type: accessTokenType, ...more });

    test('gives a client a token in which it acts for the person, with what both may', async () => {
      const { client, config } = await delegate();
      const { accessToken } = await login();
      const tokens = await exchange(config, accessToken);
      expect(tokens).toMatchObject({ issued_token_type: accessTokenType, scope: 'clinical:cases:read' });
      expect(tokens.refresh_token).toBeUndefined();
      const actor = await subject.verify(tokens.access_token);
      expect(actor).toMatchObject({
        ...{ kind: 'user', userId: clinic.people.doctor.userId, clientId: client.clientId },
        act: { subject: client.clientId, clientId: client.clientId },
      });
      expect([...actor.scopes]).toEqual(['clinical:cases:read']);
      expect(Number(claimsOf(tokens.access_token)['exp'])).toBeLessThanOrEqual(Number(claimsOf(accessToken)['exp']));
    });

    test('is only for clients that hold auth:actor:assert', async () => {
      const { accessToken } = await login();
      expect(await errorOf(exchange(await withSecret(), accessToken))).toBe('unauthorized_client');
    });

    test('never gives more than the person has, nor than the client has, nor delegates a delegation', async () => {
      const { config } = await delegate();
      const { accessToken } = await login();
      for (const scope of ['clinical:patients:read', 'auth:actor:assert', 'auth:users:write', 'openid'])
        expect([scope, await errorOf(exchange(config, accessToken, { scope }))]).toEqual([scope, 'invalid_scope']);
      const { access_token: delegated } = await exchange(config, accessToken);
      expect(await errorOf(exchange(config, delegated))).toBe('invalid_grant');
    });

    test('sends a token of another region there, before it looks at the signature', async () => {
      const { config } = await delegate();
      const [header, , signature] = (await login()).accessToken.split('.');
      const claims = Buffer.from(JSON.stringify({ region: 'US' })).toString('base64url');
      const refusal = exchange(config, `${header}.${claims}.${signature}`);
      await expect(refusal).rejects.toMatchObject({
        error: 'invalid_request',
        error_description: 'This deployment serves UK; go to the one of US',
      });
    });

    test('takes no token of a client, of another organisation, changed, or of a session that has ended', async () => {
      const { config } = await delegate();
      const { accessToken } = await login();
      const ofClient = await oidc.clientCredentialsGrant(config);
      expect(await errorOf(exchange(config, ofClient.access_token))).toBe('invalid_grant');
      expect(await errorOf(exchange(config, `${accessToken.slice(0, -4)}AAAA`))).toBe('invalid_grant');
      const elsewhere = await subject.newClinic();
      const theirs = await register(subject, elsewhere, { scopes: ['clinical:cases:read', 'auth:actor:assert'] });
      const stranger = await discover(subject, theirs, oidc.ClientSecretPost(theirs.clientSecret));
      expect(await errorOf(exchange(stranger, accessToken))).toBe('invalid_grant');
      await subject.subject.ask(await subject.verify(accessToken), 'mutation { logout { userErrors { code } } }');
      expect(await errorOf(exchange(config, accessToken))).toBe('invalid_grant');
    });
  });
});
