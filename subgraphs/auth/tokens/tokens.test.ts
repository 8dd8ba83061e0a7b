import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localKeyProvider } from '#shared/crypto';
import { actorOf } from '#shared/testing';
import { type AuthUnderTest, type Clinic, issuer, startAuth } from '../auth.fixture';
import { SigningKey } from './signing-key.entity';
import { SigningKeys } from './signing-keys';

interface TokenAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: { access_token?: string; token_type?: string; expires_in?: number; scope?: string; error?: string };
}

describe('the token endpoint', () => {
  let subject: AuthUnderTest;
  let clinic: Clinic;

  const post = async (
    form: Record<string, string> | string,
    headers: Record<string, string> = {},
  ): Promise<TokenAnswer> => {
    const body = typeof form === 'string' ? form : new URLSearchParams(form).toString();
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    const response = await fetch(`${subject.url}/v1/oauth/token`, {
      method: 'POST',
      body,
      headers: { ...type, ...headers },
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as TokenAnswer['body'] };
  };
  const client = (name: string, of = clinic): { clientId: string; clientSecret: string; scopes: string[] } => {
    const found = of.clients[name];
    if (!found) throw new Error(`No client ${name}`);
    return found;
  };
  const basic = ({ clientId, clientSecret }: { clientId: string; clientSecret: string }): Record<string, string> => ({
    authorization: `Basic ${Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`).toString('base64')}`,
  });
  const grant = { grant_type: 'client_credentials' };
  const claimsOf = (token = ''): Record<string, unknown> =>
    JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

  beforeAll(async () => {
    subject = await startAuth();
    clinic = await subject.newClinic();
  });
  afterAll(() => subject.stop());

  test('gives a client a token that the platform’s verifier takes', async () => {
    const { status, headers, body } = await post(grant, basic(client('read-only')));
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toMatchObject({
      token_type: 'Bearer',
      expires_in: 900,
      scope: 'clinical:patients:read clinical:cases:read',
    });
    const actor = await subject.verify(body.access_token ?? '');
    const { clientId } = client('read-only');
    expect(actor).toMatchObject({ kind: 'client', subject: clientId, clientId, userId: null, ...clinic.organisation });
    expect([...actor.scopes]).toEqual(['clinical:patients:read', 'clinical:cases:read']);
    const claims = claimsOf(body.access_token);
    expect(claims).toMatchObject({
      iss: issuer,
      aud: 'sa-platform',
      product_id: expect.stringMatching(/^prd_/) as string,
    });
    expect(Number(claims['exp']) - Number(claims['iat'])).toBe(900);
  });

  test('takes the secret in the body as well, but not in two places', async () => {
    const { clientId: client_id, clientSecret: client_secret } = client('read-only');
    expect(await post({ ...grant, client_id, client_secret })).toMatchObject({ status: 200 });
    const twice = await post({ ...grant, client_id, client_secret }, basic(client('read-only')));
    expect(twice).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });

  test('narrows the token to the scope asked for, and refuses more than the client is entitled to', async () => {
    const headers = basic(client('read-only'));
    const narrowed = await post({ ...grant, scope: 'clinical:cases:read' }, headers);
    expect(narrowed.body.scope).toBe('clinical:cases:read');
    for (const scope of ['clinical:cases:read clinical:cases:write', 'no:such:scope', 'clinical:cases:read  "']) {
      expect(await post({ ...grant, scope }, headers)).toMatchObject({ status: 400, body: { error: 'invalid_scope' } });
    }
  });

  test.each([
    ['a grant type it does not have', 'grant_type=password', { status: 400, error: 'unsupported_grant_type' }],
    ['no grant type', 'scope=clinical:cases:read', { status: 400, error: 'invalid_request' }],
    ['an empty grant type', 'grant_type=', { status: 400, error: 'invalid_request' }],
    [
      'a parameter twice',
      'grant_type=client_credentials&grant_type=client_credentials',
      { status: 400, error: 'invalid_request' },
    ],
    [
      'a body of many bytes',
      `grant_type=client_credentials&x=${'a'.repeat(20_000)}`,
      { status: 413, error: 'invalid_request' },
    ],
  ])('refuses %s', async (_what, form, { status, error }) => {
    expect(await post(form, basic(client('read-only')))).toMatchObject({ status, body: { error } });
  });

  test('refuses a body that is no form, and any method but POST', async () => {
    const json = await post('{}', { 'content-type': 'application/json' });
    expect(json).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    const got = await fetch(`${subject.url}/v1/oauth/token`);
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test.each([
    ['a wrong secret', () => basic({ ...client('read-only'), clientSecret: 'wrong' })],
    ['an unknown client', () => basic({ clientId: 'cli_00000000000000000000000000', clientSecret: 'x' })],
    ['a client id that is none', () => basic({ clientId: "' OR 1=1 --\u0000", clientSecret: 'x' })],
    ['a header of another scheme', () => ({ authorization: 'Bearer abc' })],
    ['a stray percent sign', () => ({ authorization: `Basic ${Buffer.from('%zz:x').toString('base64')}` })],
    ['no credentials', () => ({})],
  ])('answers %s with invalid_client and a challenge', async (_what, headers) => {
    const { status, headers: answered, body } = await post(grant, headers());
    expect({ status, error: body.error }).toEqual({ status: 401, error: 'invalid_client' });
    expect(answered.get('www-authenticate')).toMatch(/^Basic realm=/);
    expect(answered.get('cache-control')).toBe('no-store');
  });

  test('does not hear a client for a while after ten wrong secrets, not even with the right one', async () => {
    const guessed = client('read-only', await subject.newClinic());
    const guesses = Array.from({ length: 10 }, () => post(grant, basic({ ...guessed, clientSecret: 'guess' })));
    for (const { status } of await Promise.all(guesses)) expect(status).toBe(401);
    const { status, headers, body } = await post(grant, basic(guessed));
    expect({ status, error: body.error }).toEqual({ status: 429, error: 'invalid_client' });
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await post(grant, basic(client('read-only')))).status).toBe(200);
  });

  test('takes old and new secret during a rotation, and neither once the client is revoked', async () => {
    const own = await subject.newClinic();
    const old = client('case-cli', own);
    const admin = actorOf(own.organisation, { scopes: ['auth:clients:read', 'auth:clients:write'] });
    const { data } = await subject.subject.ask(
      admin,
      `mutation ($id: ID!) { rotateClientSecret(id: $id, ifVersion: 1) { secret client { version secrets { status hint } } userErrors { code } } }`,
      { id: old.clientId },
    );
    const { secret } = data?.['rotateClientSecret'] as { secret: string };
    expect(data).toMatchObject({
      rotateClientSecret: { userErrors: [], client: { secrets: [{ status: 'GRACE' }, { status: 'ACTIVE' }] } },
    });
    const fresh = { ...old, clientSecret: secret };
    for (const one of [old, fresh]) expect((await post(grant, basic(one))).status).toBe(200);

    const revoke = `mutation ($id: ID!, $v: Int!) { revokeApiClient(id: $id, ifVersion: $v, reason: "leaked") { client { status lastUsedAt } userErrors { code } } }`;
    const revoked = await subject.subject.ask(admin, revoke, { id: old.clientId, v: 1 });
    expect(revoked.data).toMatchObject({
      revokeApiClient: { client: { status: 'REVOKED', lastUsedAt: expect.anything() as unknown } },
    });
    for (const one of [old, fresh]) expect((await post(grant, basic(one))).status).toBe(401);
    const again = await subject.subject.ask(admin, revoke, { id: old.clientId, v: 2 });
    expect(again.data).toMatchObject({
      revokeApiClient: { client: null, userErrors: [{ code: 'ILLEGAL_TRANSITION' }] },
    });
  });

  test('ends an old secret at once when the grace period is zero', async () => {
    const own = await subject.newClinic();
    const old = client('read-only', own);
    const admin = actorOf(own.organisation, { scopes: ['auth:clients:read', 'auth:clients:write'] });
    const rotate =
      'mutation ($id: ID!) { rotateClientSecret(id: $id, ifVersion: 1, gracePeriodSeconds: 0) { secret } }';
    await subject.subject.ask(admin, rotate, { id: old.clientId });
    expect((await post(grant, basic(old))).status).toBe(401);
  });

  test('publishes public keys and where everything is', async () => {
    const jwks = await fetch(`${subject.url}/.well-known/jwks.json`);
    expect(jwks.headers.get('cache-control')).toBe('public, max-age=300');
    const { keys } = (await jwks.json()) as { keys: Record<string, unknown>[] };
    const key = expect.objectContaining({ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' }) as unknown;
    // The one that signs, and the one that will.
    expect(keys).toEqual([key, key]);
    for (const published of keys) expect(published).not.toHaveProperty('d');
    const discovery = await fetch(`${subject.url}/.well-known/openid-configuration`);
    expect(discovery.headers.get('cache-control')).toBe('public, max-age=300');
    expect(await discovery.json()).toMatchObject({
      issuer,
      token_endpoint: `${subject.subject.publicUrl}/v1/oauth/token`,
      grant_types_supported: expect.arrayContaining(['client_credentials', 'authorization_code']) as unknown,
      code_challenge_methods_supported: ['S256'],
    });
  });

  test('keeps neither a private key nor a secret in clear', async () => {
    const source = subject.subject.running.database.system;
    const tables = ['signing_keys', 'platform_keys', 'client_secrets', 'entity_history', 'outbox'];
    const rows = await Promise.all(tables.map((table) => source.query<object[]>(`SELECT * FROM ${table}`)));
    const text = JSON.stringify(rows);
    expect(text.includes(client('case-cli').clientSecret)).toBe(false);
    // "d" is the private part of a JWK (RFC 7518 §6.2.2.1).
    expect(/"d\\*":/.test(text)).toBe(false);
  });

  test('makes one key when many processes start at once, and keeps it for those that start later', async () => {
    const source = subject.subject.running.database.system;
    const directory = mkdtempSync(join(tmpdir(), 'sa-test-kek-'));
    const process = (): SigningKeys =>
      new SigningKeys({
        ...{ provider: localKeyProvider(join(directory, 'kek')), algorithm: 'ES256', rotationSeconds: 60 },
        ...{ publishSeconds: 0, overlapSeconds: 900 },
      });
    const processes = Array.from({ length: 6 }, process);
    await source.getRepository(SigningKey).clear();
    const sets = await Promise.all(processes.map((keys) => keys.current(source)));
    const later = await process().current(source);
    expect(new Set(sets.map(({ active }) => active.kid))).toEqual(new Set([later.active.kid]));
    expect(later.published.keys).toHaveLength(2);
    rmSync(directory, { recursive: true, force: true });
  });
});
