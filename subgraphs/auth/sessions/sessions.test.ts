import fc from 'fast-check';
import { type Actor } from '#shared/auth';
import { actorOf } from '#shared/testing';
import { type AuthUnderTest, type Clinic, startAuth } from '../auth.fixture';
import { Session } from './session.entity';

interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}

const refresh = `mutation ($t: String!) {
  refreshToken(refreshToken: $t) { tokens { accessToken refreshToken expiresIn scope } userErrors { code } }
}`;

describe('a person’s sessions', () => {
  let subject: AuthUnderTest;
  let clinic: Clinic;

  beforeAll(async () => {
    subject = await startAuth({ LOGIN_ANSWER_MS: '100', SESSION_IDLE_SECONDS: '600' });
    clinic = await subject.newClinic();
  });
  afterAll(() => subject.stop());

  const login = async ({ email, password } = clinic.people.doctor): Promise<Tokens> => {
    const { data } = await subject.subject.ask(
      null,
      'mutation ($e: String!, $p: String!) { login(email: $e, password: $p, productKey: "demo") { tokens { accessToken refreshToken } } }',
      { e: email, p: password },
    );
    return (data as { login: { tokens: Tokens } }).login.tokens;
  };
  const renew = async (token: string): Promise<Tokens | null> => {
    const { data, errors } = await subject.subject.ask(null, refresh, { t: token });
    expect(errors).toBeUndefined();
    const { tokens, userErrors } = data?.['refreshToken'] as { tokens: Tokens | null; userErrors: { code: string }[] };
    expect(userErrors).toEqual(tokens ? [] : [{ code: 'INVALID_CREDENTIALS' }]);
    return tokens;
  };
  const sessionsOf = async (actor: Actor, id = clinic.people.doctor.userId) => {
    const { data } = await subject.subject.ask(
      actor,
      'query ($id: ID!) { user(id: $id) { sessions { id current createdAt lastSeenAt expiresAt device } } }',
      { id },
    );
    return (data as { user: { sessions: { id: string; current: boolean }[] } }).user.sessions;
  };
  const sidOf = async ({ accessToken }: Tokens): Promise<string> =>
    String((await subject.verify(accessToken)).token?.sessionId);

  test('are renewed token by token, and are the same session throughout', async () => {
    const first = await login();
    const second = await renew(first.refreshToken);
    const third = await renew(String(second?.refreshToken));
    expect(await sidOf(third!)).toBe(await sidOf(first));
    expect(new Set([first.refreshToken, second?.refreshToken, third?.refreshToken]).size).toBe(3);
  });

  test('end when a refresh token is used twice, and their access tokens with them', async () => {
    const first = await login();
    const second = await renew(first.refreshToken);
    expect(await renew(first.refreshToken)).toBeNull();
    expect(await renew(String(second?.refreshToken))).toBeNull();
    const sid = await sidOf(first);
    const ended = await subject.subject.until('the event', () =>
      subject.subject.events.find(({ type, resourceId }) => type === 'auth.session.ended' && resourceId === sid),
    );
    expect(ended.data).toEqual({ sessionId: sid, userId: clinic.people.doctor.userId, reason: 'REUSED' });
    await subject.subject.until('the revocation', () =>
      subject.subject.events.find(({ type, data }) => type === 'auth.access.ended' && data['kind'] === 'SESSION'),
    );
  });

  test.each([['no token'], ['']])('are not renewed with %s', async (token) => {
    expect(await renew(token)).toBeNull();
  });

  test('can be renewed at the token endpoint too, as a public client named after the product', async () => {
    const { refreshToken, accessToken } = await login();
    const { clientId } = await subject.verify(accessToken);
    const body = { grant_type: 'refresh_token', refresh_token: refreshToken, client_id: String(clientId) };
    const post = () => fetch(`${subject.url}/v1/oauth/token`, { method: 'POST', body: new URLSearchParams(body) });
    const answer = (await (await post()).json()) as { access_token: string; refresh_token: string };
    expect((await subject.verify(answer.access_token)).userId).toBe(clinic.people.doctor.userId);
    expect(await renew(answer.refresh_token)).not.toBeNull();
    expect((await post()).status).toBe(400);
  });

  test('are listed for their owner, the present one marked, and end one by one', async () => {
    const { admin } = clinic.people;
    const [here, there] = [await login(admin), await login(admin)];
    const me = await subject.verify(here.accessToken);
    const sessions = await sessionsOf(me, admin.userId);
    expect(sessions.map(({ id, current }) => [id, current])).toEqual([
      [await sidOf(there), false],
      [await sidOf(here), true],
    ]);
    const { data } = await subject.subject.ask(
      me,
      'mutation ($id: ID!) { revokeSession(id: $id) { user { id } userErrors { code } } }',
      { id: await sidOf(there) },
    );
    expect(data).toEqual({ revokeSession: { user: { id: admin.userId }, userErrors: [] } });
    expect(await renew(there.refreshToken)).toBeNull();
    expect(await renew(here.refreshToken)).not.toBeNull();
  });

  test('are nobody else’s to see or to end', async () => {
    const tokens = await login();
    const id = await sidOf(tokens);
    const revoke = 'mutation ($id: ID!) { revokeSession(id: $id) { userErrors { code } } }';
    const colleague = actorOf(clinic.organisation, { scopes: ['auth:users:self', 'auth:users:read'] });
    expect(await sessionsOf(colleague)).toEqual([]);
    const stranger = actorOf((await subject.newClinic()).organisation, {
      scopes: ['auth:users:write', 'auth:roles:write'],
    });
    for (const actor of [colleague, stranger]) {
      const { data } = await subject.subject.ask(actor, revoke, { id });
      expect(data).toEqual({ revokeSession: { userErrors: [{ code: 'NOT_FOUND' }] } });
    }
    expect(await renew(tokens.refreshToken)).not.toBeNull();
  });

  test('end by signing out: this one, or all of them', async () => {
    const [one, two, three] = [await login(), await login(), await login()];
    const logout =
      'mutation ($all: Boolean!) { logout(everywhere: $all) { tokens { accessToken } userErrors { code } } }';
    await subject.subject.ask(await subject.verify(one.accessToken), logout, { all: false });
    expect(await renew(one.refreshToken)).toBeNull();
    const still = await renew(two.refreshToken);
    await subject.subject.ask(await subject.verify(String(still?.accessToken)), logout, { all: true });
    expect(await renew(String(still?.refreshToken))).toBeNull();
    expect(await renew(three.refreshToken)).toBeNull();
  });

  test('end when they have been idle for too long', async () => {
    const tokens = await login();
    const sessions = subject.subject.running.database.system.getRepository(Session);
    await sessions.update({ id: await sidOf(tokens) }, { lastSeenAt: new Date(Date.now() - 601_000) });
    expect(await renew(tokens.refreshToken)).toBeNull();
    expect(await sessions.findOneByOrFail({ id: await sidOf(tokens) })).toMatchObject({ endReason: 'IDLE' });
  });

  test('are idle for as long as their organisation lets them, and no longer', async () => {
    const other = await subject.newClinic();
    const keeper = actorOf(other.organisation, { scopes: ['auth:organisations:read', 'auth:organisations:write'] });
    const set = async (seconds: number): Promise<unknown> =>
      (
        await subject.subject.ask(
          keeper,
          'mutation ($s: Int!) { setSessionIdleTimeout(seconds: $s) { organisation { sessionIdleTimeoutSeconds } userErrors { code } } }',
          { s: seconds },
        )
      ).data?.['setSessionIdleTimeout'];
    const refused = { organisation: null, userErrors: [{ code: 'BAD_USER_INPUT' }] };
    expect([await set(10), await set(1_000_000)]).toEqual([refused, refused]);
    expect(await set(300)).toEqual({ organisation: { sessionIdleTimeoutSeconds: 300 }, userErrors: [] });
    const tokens = await login(other.people.doctor);
    const sessions = subject.subject.running.database.system.getRepository(Session);
    const idleFor = async (seconds: number, of: Tokens): Promise<void> => {
      await sessions.update({ id: await sidOf(of) }, { lastSeenAt: new Date(Date.now() - seconds * 1_000) });
    };
    await idleFor(290, tokens);
    const renewed = await renew(tokens.refreshToken);
    await idleFor(310, tokens);
    expect(await renew(String(renewed?.refreshToken))).toBeNull();
    // Elsewhere the default holds.
    const here = await login();
    await idleFor(310, here);
    expect(await renew(here.refreshToken)).not.toBeNull();
  });

  test('give no more tokens to somebody who was suspended', async () => {
    const other = await subject.newClinic();
    const { doctor } = other.people;
    const tokens = await login(doctor);
    const admin = actorOf(other.organisation, { scopes: ['auth:users:write', 'auth:users:read', 'auth:roles:write'] });
    const suspend =
      'mutation ($id: ID!, $v: Int!) { setUserStatus(id: $id, ifVersion: $v, status: SUSPENDED, reason: "left") { user { status } userErrors { code } } }';
    const { data: found } = await subject.subject.ask(admin, 'query ($id: ID!) { user(id: $id) { version } }', {
      id: doctor.userId,
    });
    const { version } = (found as { user: { version: number } }).user;
    const { data } = await subject.subject.ask(admin, suspend, { id: doctor.userId, v: version });
    expect(data).toMatchObject({ setUserStatus: { userErrors: [] } });
    expect(await renew(tokens.refreshToken)).toBeNull();
  });

  test('leave nothing in the database that a copy of it would open', async () => {
    const tokens = await login();
    const source = subject.subject.running.database.system;
    const rows = await Promise.all(
      ['oauth_records', 'sessions', 'outbox', 'entity_history'].map((table) =>
        source.query<object[]>(`SELECT * FROM ${table}`),
      ),
    );
    expect(rows[0]?.length).toBeGreaterThan(0);
    const text = JSON.stringify(rows);
    expect([tokens.refreshToken, tokens.accessToken].filter((one) => text.includes(one))).toEqual([]);
    // The engine's records say not even whose they are.
    expect(JSON.stringify(rows[0])).not.toContain(clinic.people.doctor.userId);
  });

  /** RFC 9700 §4.14.2 as an invariant: of a family at most one token can be used, and a second use ends all. */
  test('keep their promise under any interleaving of uses', async () => {
    const clock = { round: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 }),
        async (rounds) => {
          clock.round += 1;
          const seen = [(await login()).refreshToken];
          const used = new Set<string>();
          let isDead = false;
          for (const picks of rounds) {
            // The tokens of a round are shown all at once.
            const shown = picks.map((pick) => seen[Math.max(0, seen.length - 1 - pick)]!);
            const answers = await Promise.all(shown.map((token) => renew(token)));
            const good = answers.flatMap((tokens) => (tokens ? [tokens.refreshToken] : []));
            const isReuse = shown.some((token) => used.has(token)) || new Set(shown).size < shown.length;
            expect(good.length).toBeLessThanOrEqual(isDead ? 0 : 1);
            for (const token of shown) used.add(token);
            if (isReuse) isDead = true;
            seen.push(...good);
          }
          // Whatever was given out: once anything was used twice, nothing of the family can be used.
          const unused = seen.filter((token) => !used.has(token));
          const alive = (await Promise.all(unused.map((token) => renew(token)))).filter((tokens) => tokens !== null);
          expect(alive.length).toBe(isDead ? 0 : 1);
        },
      ),
      { numRuns: 25, endOnFailure: true },
    );
    expect(clock.round).toBeGreaterThan(0);
  });
});
