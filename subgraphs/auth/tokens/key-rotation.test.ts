import { createTokenVerifier } from '#shared/auth';
import { actorOf } from '#shared/testing';
import { type AuthUnderTest, type Clinic, issuer, startAuth } from '../auth.fixture';
import { SigningKey } from './signing-key.entity';

interface Key {
  readonly kid: string;
  readonly alg: string;
  readonly status: string;
  readonly notBefore: string;
  readonly retireAt: string | null;
}

describe('the signing keys', () => {
  let subject: AuthUnderTest;
  let clinic: Clinic;

  const start = async (environment: NodeJS.ProcessEnv = {}): Promise<void> => {
    subject = await startAuth(environment);
    clinic = await subject.newClinic();
  };
  afterEach(() => subject.stop());

  const keeper = () => actorOf(clinic.organisation, { scopes: ['auth:keys:read', 'auth:keys:write'] });
  const ask = async (field: string): Promise<Key[]> => {
    const operation = field.startsWith('signingKeys') ? 'query' : 'mutation';
    const { data, errors } = await subject.subject.ask(
      keeper(),
      `${operation} { keys: ${field} { kid alg status notBefore retireAt } }`,
    );
    expect(errors).toBeUndefined();
    return (data as { keys: Key[] }).keys;
  };
  const published = async (): Promise<string[]> => {
    const { keys } = (await (await fetch(`${subject.url}/.well-known/jwks.json`)).json()) as {
      keys: { kid: string }[];
    };
    return keys.map(({ kid }) => kid);
  };
  const newToken = async (): Promise<string> => {
    const { clientId, clientSecret } = clinic.clients['read-only']!;
    const response = await fetch(`${subject.url}/v1/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }),
    });
    expect(response.status).toBe(200);
    return ((await response.json()) as { access_token: string }).access_token;
  };
  const kidOf = (token: string): unknown =>
    (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid?: unknown }).kid;
  const statusesOf = (keys: readonly Key[]): string[] => keys.map(({ status }) => status);

  test('are published before they sign and after they have signed', async () => {
    await start({ SIGNING_KEY_PUBLISH_SECONDS: '0' });
    const [next, first] = (await ask('signingKeys')) as [Key, Key];
    expect([next.status, first.status]).toEqual(['PENDING', 'ACTIVE']);
    const before = await newToken();
    expect(kidOf(before)).toBe(first.kid);
    expect(await published()).toEqual([first.kid, next.kid]);
    const rotated = await ask('rotateSigningKey');
    expect(statusesOf(rotated)).toEqual(['PENDING', 'ACTIVE', 'RETIRING']);
    expect(rotated[1]!.kid).toBe(next.kid);
    expect(kidOf(await newToken())).toBe(next.kid);
    expect(new Set(await published())).toEqual(new Set([first.kid, next.kid, rotated[0]!.kid]));
    // What the key that is on its way out has signed stands on.
    await expect(subject.verify(before)).resolves.toMatchObject({ kind: 'client' });
  });

  test('do not sign before every cache can know them: a rotation right after another waits', async () => {
    await start({ SIGNING_KEY_PUBLISH_SECONDS: '600' });
    const [first] = await ask('signingKeys');
    const asked = await ask('rotateSigningKey');
    expect(statusesOf(asked)).toEqual(['PENDING', 'ACTIVE']);
    const waitMs = Date.parse(asked[0]!.notBefore) - Date.now();
    expect(asked[0]?.kid).toBe(first?.kid);
    expect(waitMs).toBeGreaterThan(500_000);
    expect(waitMs).toBeLessThanOrEqual(600_000);
  });

  test('rotate without one request that fails', async () => {
    // Longer than a verifier waits between two looks at the key set.
    await start({ SIGNING_KEY_PUBLISH_SECONDS: '6' });
    const verify = createTokenVerifier({
      ...{ issuer, audience: 'sa-platform', keys: new URL(`${subject.url}/.well-known/jwks.json`) },
    });
    const running = { on: true, kids: new Set<unknown>() };
    const caller = async (): Promise<void> => {
      while (running.on) {
        const token = await newToken();
        running.kids.add(kidOf(token));
        await verify(token);
      }
    };
    const callers = [caller(), caller(), caller()];
    for (const rotation of [1, 2]) {
      await subject.subject.until('tokens of the new key', async () => {
        await ask('rotateSigningKey');
        return running.kids.size > rotation;
      });
    }
    running.on = false;
    await Promise.all(callers);
    expect(running.kids.size).toBeGreaterThanOrEqual(3);
  });

  test('rotate once however many ask at the same moment, and always leave one that signs and one that will', async () => {
    await start({ SIGNING_KEY_PUBLISH_SECONDS: '0' });
    await Promise.all(Array.from({ length: 5 }, () => ask('rotateSigningKey')));
    const statuses = statusesOf(await ask('signingKeys'));
    expect(statuses.filter((status) => status === 'ACTIVE')).toHaveLength(1);
    expect(statuses.filter((status) => status === 'PENDING')).toHaveLength(1);
    expect(new Set(await published()).size).toBe(statuses.length);
  });

  test('are withdrawn when one has leaked: its tokens are refused, and another signs at once', async () => {
    await start({ SIGNING_KEY_PUBLISH_SECONDS: '600' });
    const before = await newToken();
    await expect(subject.verify(before)).resolves.toBeDefined();
    const leaked = String(kidOf(before));
    const after = await ask(`revokeSigningKey(kid: "${leaked}")`);
    expect(after.find(({ kid }) => kid === leaked)?.status).toBe('REVOKED');
    expect(await published()).not.toContain(leaked);
    const verify = createTokenVerifier({
      ...{ issuer, audience: 'sa-platform', keys: new URL(`${subject.url}/.well-known/jwks.json`) },
    });
    await expect(verify(before)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(verify(await newToken())).resolves.toBeDefined();
    const { errors } = await subject.subject.ask(keeper(), 'mutation { revokeSigningKey(kid: "none") { kid } }');
    expect(errors?.[0]?.extensions?.['code']).toBe('NOT_FOUND');
  });

  test('lose their private half when their time is over', async () => {
    await start({ SIGNING_KEY_PUBLISH_SECONDS: '0' });
    await ask('rotateSigningKey');
    const source = subject.subject.running.database.system;
    const keys = source.getRepository(SigningKey);
    const retiring = await keys.findOneByOrFail({ status: 'RETIRING' });
    await keys.update({ number: retiring.number }, { retireAt: new Date(Date.now() - 1_000) });
    await ask('rotateSigningKey');
    expect(await keys.findOneByOrFail({ number: retiring.number })).toMatchObject({
      ...{ status: 'RETIRED', wrappedPrivateKey: '' },
    });
    expect(await published()).not.toContain(retiring.kid);
  });

  test.each(['EdDSA', 'RS256'])('can be of %s', async (alg) => {
    await start({ TOKEN_ALGORITHM: alg });
    const token = await newToken();
    await expect(subject.verify(token)).resolves.toMatchObject({ kind: 'client' });
    expect((await ask('signingKeys')).map((key) => key.alg)).toEqual([alg, alg]);
  });

  test('are the affair of those who hold the scopes for it', async () => {
    await start();
    const nobody = actorOf(clinic.organisation, { scopes: ['auth:keys:read'] });
    for (const field of ['rotateSigningKey', 'revokeSigningKey(kid: "x")']) {
      const { errors } = await subject.subject.ask(nobody, `mutation { ${field} { kid } }`);
      expect(errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
    }
  });
});
