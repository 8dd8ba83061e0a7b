import { type JSONWebKeySet, type JWK, SignJWT, exportJWK, generateKeyPair } from 'jose';
import { createTokenVerifier } from './access-token';
import { type TokenFacts } from './actor';
import { generateInternalKeys, signActorContext, verifyActorContext } from './internal-token';

const issuer = 'https://issuer.example';
const audience = 'platform';
const start = new Date('2026-01-05T09:00:00Z');

async function issuerWithKey(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const jwk: JWK = { ...(await exportJWK(publicKey)), kid, alg: 'ES256' };
  const issue = (more: Record<string, unknown> = {}): Promise<string> =>
    new SignJWT({ client_id: 'app', org_id: 'org', region: 'UK', scope: 'clinical:cases:read', ...more })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject('app')
      .setJti('1')
      .setIssuedAt()
      .setExpirationTime('900s')
      .sign(privateKey);
  return { jwk, issue };
}

test('tells which token it was, of which sign-in, and when it was issued', async () => {
  const { jwk, issue } = await issuerWithKey('one');
  const verify = createTokenVerifier({ issuer, audience, keys: { keys: [jwk] } });
  const { token, ...actor } = await verify(await issue({ sid: 'sign-in' }));
  const about: TokenFacts = { id: '1', sessionId: 'sign-in', issuedAtMs: Math.floor(Date.now() / 1000) * 1000 };
  expect({ ...token, issuedAtMs: about.issuedAtMs }).toEqual(about);
  expect(Math.abs((token?.issuedAtMs ?? 0) - about.issuedAtMs)).toBeLessThan(5_000);
  expect((await verify(await issue())).token?.sessionId).toBeNull();
  const { keys, signers } = generateInternalKeys(['gateway']);
  const signed = await signActorContext(signers.get('gateway')!, { ...actor, token: about }, 'clinical');
  expect((await verifyActorContext(keys, signed, 'clinical')).actor).toMatchObject({ token: about });
});

/** Its signature was checked when it was shown first. */
describe('a token that is shown again', () => {
  beforeEach(() => jest.useFakeTimers({ now: start, doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }));
  afterEach(() => jest.useRealTimers());

  async function shownOnce() {
    const { jwk, issue } = await issuerWithKey('one');
    const source: { keys: JSONWebKeySet } = { keys: { keys: [jwk] } };
    const verify = createTokenVerifier({ issuer, audience, keys: () => Promise.resolve(source.keys) });
    const token = await issue();
    return { source, jwk, token, verify, actor: await verify(token) };
  }

  test('stands for the same caller', async () => {
    const { verify, token, actor } = await shownOnce();
    expect(await verify(token)).toBe(actor);
    expect(actor).toMatchObject({ clientId: 'app', organisationId: 'org' });
  });

  test('is refused once it has expired', async () => {
    const { verify, token } = await shownOnce();
    jest.setSystemTime(start.getTime() + 906_000);
    await expect(verify(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('is refused once its key is withdrawn, or another one has its name', async () => {
    const { verify, token, source } = await shownOnce();
    const other = await issuerWithKey('two');
    source.keys = { keys: [other.jwk] };
    await expect(verify(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    source.keys = { keys: [{ ...other.jwk, kid: 'one' }] };
    await expect(verify(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('is checked in full when the issuer gives the same key anew', async () => {
    const { verify, token, source, jwk, actor } = await shownOnce();
    source.keys = { keys: [{ ...jwk }] };
    const again = await verify(token);
    expect(again).toEqual(actor);
    expect(again).not.toBe(actor);
  });

  test('is refused with another signature', async () => {
    const { verify, token } = await shownOnce();
    const other = await (await issuerWithKey('one')).issue();
    const forged = [...token.split('.').slice(0, 2), other.split('.')[2]].join('.');
    await expect(verify(forged)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});

test('a token says who acts for the subject and under which break-glass grant, and a signed context hands it on', async () => {
  const { jwk, issue } = await issuerWithKey('one');
  const verify = createTokenVerifier({ issuer, audience, keys: { keys: [jwk] } });
  expect(await verify(await issue())).toMatchObject({ act: null, breakGlassGrantId: null });
  const actor = await verify(await issue({ act: { sub: 'usr_1', client_id: 'cli_1' }, break_glass: 'bgg_1' }));
  expect(actor).toMatchObject({ act: { subject: 'usr_1', clientId: 'cli_1' }, breakGlassGrantId: 'bgg_1' });
  const { signers, keys } = generateInternalKeys(['gateway']);
  const signer = signers.get('gateway');
  if (!signer) throw new Error('There is no key');
  const verified = await verifyActorContext(keys, await signActorContext(signer, actor, 'clinical'), 'clinical');
  expect(verified.actor).toEqual(actor);
});
