import { createHmac, generateKeyPairSync, type KeyObject, sign as signBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type JSONWebKeySet, type JWK, exportJWK } from 'jose';
import { readEnvironment } from '#shared/config';
import { z } from 'zod';
import { createTokenVerifier, furtherIssuerSettings } from '.';

const issuer = 'https://issuer.example';
const audience = 'platform';

interface Pair {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const pairOf = (kid: string): Pair => ({ kid, ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) });
const jwkOf = async ({ kid, publicKey }: Pair): Promise<JWK> => ({
  ...(await exportJWK(publicKey)),
  kid,
  alg: 'ES256',
  use: 'sig',
});
const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const now = (): number => Math.floor(Date.now() / 1_000);
const claims = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  ...{ iss: issuer, aud: audience, sub: 'app', client_id: 'app', org_id: 'org', region: 'UK', jti: '1' },
  ...{ scope: 'clinical:cases:read', iat: now(), exp: now() + 900 },
  ...more,
});

/** A token made by hand: nothing that a library would refuse to write is refused here. */
function forge(pair: Pair, payload: Record<string, unknown>, header: Record<string, unknown> = {}): string {
  const head = { alg: 'ES256', typ: 'at+jwt', kid: pair.kid, ...header };
  const input = `${encode(head)}.${encode(payload)}`;
  const signature = signBytes('sha256', Buffer.from(input), { key: pair.privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

const mine = pairOf('one');
const stranger = pairOf('one');

describe('a token that is not perfectly in order', () => {
  const verifier = async () => createTokenVerifier({ issuer, audience, keys: { keys: [await jwkOf(mine)] } });
  const refused = { code: 'UNAUTHENTICATED', message: 'The access token is not valid' };

  test('is told from one that is', async () => {
    await expect((await verifier())(forge(mine, claims()))).resolves.toMatchObject({ clientId: 'app' });
  });

  test.each<[string, Record<string, unknown>]>([
    ['of another issuer', { iss: 'https://evil.example' }],
    ['of an issuer that begins alike', { iss: `${issuer}.evil.example` }],
    ['of no issuer', { iss: undefined }],
    ['for another audience', { aud: 'somebody-else' }],
    ['for nobody', { aud: undefined }],
    ['that has expired', { iat: now() - 1_000, exp: now() - 100 }],
    ['that never expires', { exp: undefined }],
    ['that expires in words', { exp: 'tomorrow' }],
    ['that lives for a day', { exp: now() + 86_400 }],
    ['from the future', { iat: now() + 600, exp: now() + 900 }],
    ['that is not valid yet', { nbf: now() + 600 }],
    ['without an id', { jti: undefined }],
    ['without a subject', { sub: undefined }],
    ['without an organisation', { org_id: undefined }],
    ['of a region there is not', { region: 'MOON' }],
    ['with scopes as a list', { scope: ['clinical:cases:read'] }],
    ['with roles that are no list', { roles: 'ADMIN' }],
  ])('is refused: one %s', async (_what, changed) => {
    await expect((await verifier())(forge(mine, claims(changed)))).rejects.toMatchObject(refused);
  });

  test.each<[string, Record<string, unknown>]>([
    ['of another type', { typ: 'JWT' }],
    ['of the type of an ID token', { typ: undefined }],
    ['of the type of an actor context', { typ: 'actor+jwt' }],
    ['by another algorithm than its key’s', { alg: 'RS256' }],
    ['by no algorithm', { alg: 'none' }],
    ['with extensions that must be understood', { crit: ['exp'], exp: 1 }],
    ['with a key id there is not', { kid: 'two' }],
    ['with a key id that is a path', { kid: '../../../../dev/null' }],
    ['with a key id that is SQL', { kid: "' UNION SELECT 'key" }],
    ['with a key id that is no text', { kid: { $ne: null } }],
  ])('is refused: one %s', async (_what, header) => {
    await expect((await verifier())(forge(mine, claims(), header))).rejects.toMatchObject(refused);
  });

  test('is refused: one signed by a stranger, whatever it says about where the key is', async () => {
    const asked: string[] = [];
    const evil = await serve((path) => {
      asked.push(path);
      return { keys: [] };
    });
    const jwk = await jwkOf(stranger);
    for (const header of [{}, { jku: `${evil.url}/jku` }, { x5u: `${evil.url}/x5u` }, { jwk }, { x5c: ['AAAA'] }]) {
      const forged = forge(stranger, claims(), header);
      await expect((await verifier())(forged)).rejects.toMatchObject(refused);
    }
    expect(asked).toEqual([]);
    await evil.stop();
  });

  test('is refused: one whose secret is the public key', async () => {
    const pem = mine.publicKey.export({ type: 'spki', format: 'pem' });
    const input = `${encode({ alg: 'HS256', typ: 'at+jwt', kid: 'one' })}.${encode(claims())}`;
    const signature = createHmac('sha256', pem).update(input).digest('base64url');
    await expect((await verifier())(`${input}.${signature}`)).rejects.toMatchObject(refused);
  });

  test('is refused: one without a signature, with an empty one, cut, doubled, or no token at all', async () => {
    const good = forge(mine, claims());
    const [head = '', body = '', signature = ''] = good.split('.');
    const zeros = Buffer.alloc(64).toString('base64url');
    const unsigned = `${encode({ alg: 'none', typ: 'at+jwt' })}.${body}.`;
    const changed = `${head}.${encode(claims({ org_id: 'another' }))}.${signature}`;
    for (const token of [
      '',
      '.',
      '..',
      'abc',
      `${head}.${body}`,
      `${head}.${body}.`,
      `${head}.${body}.${zeros}`,
      unsigned,
      changed,
      `${good}.${good}`,
      good.slice(0, -2),
      'a'.repeat(100_000),
    ])
      await expect((await verifier())(token)).rejects.toMatchObject(refused);
  });
});

describe('the keys of the issuer', () => {
  test('are looked at a few times, however many unknown key ids pour in, and good tokens are served meanwhile', async () => {
    let looks = 0;
    const keys = { keys: [await jwkOf(mine)] };
    const server = await serve(() => {
      looks += 1;
      return keys;
    });
    const verify = createTokenVerifier({ issuer, audience, keys: new URL(`${server.url}/jwks`) });
    await verify(forge(mine, claims()));
    const pouring = Array.from({ length: 500 }, (_, index) =>
      verify(forge(stranger, claims(), { kid: `made-up-${String(index)}` })).catch(() => 'refused'),
    );
    const good = Array.from({ length: 50 }, (_, index) => verify(forge(mine, claims({ jti: String(index) }))));
    expect(new Set(await Promise.all(pouring))).toEqual(new Set(['refused']));
    expect(await Promise.all(good)).toHaveLength(50);
    expect(looks).toBeLessThanOrEqual(2);
    await server.stop();
  });

  test('serve on while the issuer is away, and what cannot be checked is an outage and not a bad token', async () => {
    const server = await serve(async () => ({ keys: [await jwkOf(mine)] }));
    const verify = createTokenVerifier({ issuer, audience, keys: new URL(`${server.url}/jwks`) });
    await verify(forge(mine, claims()));
    await server.stop();
    await expect(verify(forge(mine, claims({ jti: 'another' })))).resolves.toMatchObject({ clientId: 'app' });
    const late = createTokenVerifier({ issuer, audience, keys: new URL(`${server.url}/jwks`) });
    await expect(late(forge(mine, claims()))).rejects.toMatchObject({ name: 'KeysUnavailableError' });
    await expect(late(forge(mine, claims()))).rejects.toMatchObject({ name: 'KeysUnavailableError' });
  });

  test.each([
    ['a redirect', (base: string) => ({ status: 302, location: `${base}/elsewhere` })],
    ['no key set', () => ({ status: 200, body: '{"keys":"none"}' })],
    ['an error', () => ({ status: 500, body: '{}' })],
  ])('are not had from %s', async (_what, answer) => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      const { status, location, body } = answer('') as { status: number; location?: string; body?: string };
      response.writeHead(status, location === undefined ? {} : { location }).end(body);
    });
    const url = await listen(server);
    const verify = createTokenVerifier({ issuer, audience, keys: new URL(`${url}/jwks`) });
    await expect(verify(forge(mine, claims()))).rejects.toMatchObject({ name: 'KeysUnavailableError' });
    expect(asked).toEqual(['/jwks']);
    await close(server);
  });
});

/** Moving from one issuer to another, tokens of both are taken for a while. */
describe('an issuer that is being moved away from', () => {
  const old = pairOf('old');
  const oldIssuer = 'https://old.example';
  const verifierUntil = async (acceptUntil: Date) =>
    createTokenVerifier({
      ...{ issuer, audience, keys: { keys: [await jwkOf(mine)] } },
      furtherIssuers: [
        { issuer: oldIssuer, audience: 'old-platform', keys: { keys: [await jwkOf(old)] }, acceptUntil },
      ],
    });
  const oldClaims = (more = {}): Record<string, unknown> => claims({ iss: oldIssuer, aud: 'old-platform', ...more });

  test('is believed with its own keys and audience only, and nobody in its name', async () => {
    const verify = await verifierUntil(new Date(Date.now() + 60_000));
    await expect(verify(forge(old, oldClaims()))).resolves.toMatchObject({ clientId: 'app' });
    await expect(verify(forge(mine, claims()))).resolves.toMatchObject({ clientId: 'app' });
    for (const token of [
      forge(mine, oldClaims()),
      forge(old, claims()),
      forge(old, oldClaims({ aud: audience })),
      forge(old, claims({ aud: 'old-platform' })),
    ])
      await expect(verify(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('is not believed from the cut-off on, not even for tokens that were good a moment before', async () => {
    jest.useFakeTimers({ now: Date.now(), doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    const verify = await verifierUntil(new Date(Date.now() + 60_000));
    const token = forge(old, oldClaims());
    await verify(token);
    jest.setSystemTime(Date.now() + 60_000);
    await expect(verify(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(verify(forge(old, oldClaims({ jti: 'new' })))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(verify(forge(mine, claims()))).resolves.toBeDefined();
    jest.useRealTimers();
  });

  test('is named by the environment, and a wrong setting is said to be so', () => {
    const read = (FURTHER_ISSUERS?: string) => readEnvironment({ FURTHER_ISSUERS }, z.object(furtherIssuerSettings));
    expect(read().FURTHER_ISSUERS).toEqual([]);
    const one = {
      issuer: oldIssuer,
      audience: 'old',
      jwksUrl: `${oldIssuer}/jwks`,
      acceptUntil: '2027-01-01T00:00:00Z',
    };
    expect(read(JSON.stringify([one])).FURTHER_ISSUERS).toEqual([
      { issuer: oldIssuer, audience: 'old', keys: new URL(one.jwksUrl), acceptUntil: new Date(one.acceptUntil) },
    ]);
    for (const wrong of [
      '{}',
      'no json',
      JSON.stringify([{ ...one, acceptUntil: 'soon' }]),
      JSON.stringify([{ ...one, more: 1 }]),
    ])
      expect(() => read(wrong)).toThrow('FURTHER_ISSUERS');
  });
});

async function serve(answer: (path: string) => JSONWebKeySet | Promise<JSONWebKeySet>) {
  const server = createServer((request, response) => {
    void Promise.resolve(answer(request.url ?? '')).then((keys) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(keys));
    });
  });
  const url = await listen(server);
  return { url, stop: () => close(server) };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
