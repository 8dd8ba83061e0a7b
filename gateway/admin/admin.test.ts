import { randomBytes } from 'node:crypto';
import { memoryStore } from '#shared/expiring-store';
import { startTestGateway } from '../testing/test-gateway';
import { AdminBrowser, type AdminGateway, publicUrl, startAdminGateway } from '../testing/admin-gateway';

let admin: AdminGateway;
let now = Date.now();
const passMs = (ms: number): void => {
  now += ms;
  jest.setSystemTime(now);
};

beforeAll(async () => {
  jest.useFakeTimers({
    doNotFake: [
      ...(['hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'clearImmediate'] as const),
      ...(['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] as const),
    ],
    now,
    advanceTimers: true,
  });
  admin = await startAdminGateway(memoryStore());
});

afterAll(async () => {
  await admin.stop();
  jest.useRealTimers();
});

describe('signing in', () => {
  test('goes to the provider with PKCE, state, nonce and the domain, and comes back to where it began', async () => {
    const browser = new AdminBrowser(admin);
    const { status, headers } = await browser.request('/admin/login?return_to=%2Fconsole%2Fqueue%3Fmine%3D1');
    expect(status).toBe(303);
    const location = new URL(headers.get('location')!);
    expect(location.origin).toBe(admin.google.issuer);
    expect(Object.fromEntries(location.searchParams)).toMatchObject({
      ...{ response_type: 'code', scope: 'openid email', code_challenge_method: 'S256', hd: 'platform.example' },
      redirect_uri: `${publicUrl}/admin/callback`,
    });
    const callback = await browser.authorize();
    const back = await browser.request(callback);
    expect([back.status, back.headers.get('location')]).toEqual([303, '/console/queue?mine=1']);
    const [session] = back.headers.getSetCookie();
    expect(session).toMatch(/^__Host-sa_admin=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/);
    expect([...browser.cookies.keys()]).toEqual(['__Host-sa_admin']);
    const { codeVerifier, redirectUri } = admin.staff.exchanged.at(-1)!;
    expect([String(codeVerifier).length, redirectUri]).toEqual([43, `${publicUrl}/admin/callback`]);
  });

  test.each(['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)', ''])(
    'does not lead to %p afterwards',
    async (elsewhere) => {
      const browser = new AdminBrowser(admin);
      const back = await browser.request(await browser.authorize(elsewhere));
      expect(back.headers.get('location')).toBe('/');
    },
  );

  test('refuses an answer with another state, without the browser that began, and too late', async () => {
    const browser = new AdminBrowser(admin);
    const callback = await browser.authorize();
    const exchanged = admin.staff.exchanged.length;
    expect((await new AdminBrowser(admin).request(callback)).status).toBe(400);
    const forged = await browser.request(callback.replace(/state=[^&]+/, 'state=forged'));
    expect([forged.status, forged.body]).toEqual([400, expect.stringContaining('does not belong to the sign-in')]);
    expect(browser.cookies.size).toBe(0);
    const late = new AdminBrowser(admin);
    const lateCallback = await late.authorize();
    passMs(601_000);
    expect((await late.request(lateCallback)).status).toBe(400);
    expect(admin.staff.exchanged.length).toBe(exchanged);
  });

  test('refuses a flow that was forged or sealed by another gateway', async () => {
    const browser = new AdminBrowser(admin);
    const callback = await browser.authorize();
    browser.cookies.set('__Host-sa_admin_flow', randomBytes(200).toString('base64url'));
    expect((await browser.request(callback)).status).toBe(400);
  });

  test('refuses a code that was used, an answer of another issuer, a refusal, and whoever is no administrator', async () => {
    const browser = new AdminBrowser(admin);
    const callback = await browser.authorize();
    const flow = browser.cookies.get('__Host-sa_admin_flow')!;
    expect((await browser.request(callback)).status).toBe(303);
    browser.cookies.set('__Host-sa_admin_flow', flow);
    expect((await browser.request(callback)).status).toBe(403);
    const mixed = await browser.authorize();
    expect((await browser.request(mixed.replace(/iss=[^&]+/, 'iss=https%3A%2F%2Fevil.example'))).status).toBe(403);
    const denied = await browser.authorize();
    expect((await browser.request(denied.replace(/code=[^&]+/, 'error=access_denied'))).status).toBe(403);
    admin.staff.isAdministrator = false;
    const stranger = new AdminBrowser(admin);
    const refused = await stranger.request(await stranger.authorize());
    admin.staff.isAdministrator = true;
    expect([refused.status, stranger.cookies.size]).toEqual([403, 0]);
    expect(refused.body).toContain('may not administer');
  });

  test('says so when the provider is away', async () => {
    const lost = await startAdminGateway(memoryStore(), { issuer: 'http://127.0.0.1:1', shared: admin });
    expect((await new AdminBrowser(lost).request('/admin/login')).status).toBe(502);
    await lost.stop();
  });
});

describe('the cookie', () => {
  test('is the token for GraphQL asked by a page of this origin', async () => {
    const browser = new AdminBrowser(admin);
    await browser.signIn();
    expect((await browser.ask('{ whoAmI }')).data).toEqual({ whoAmI: 'usr_admin' });
    expect((await browser.ask('mutation { act }')).data).toEqual({ act: 'usr_admin' });
  });

  test.each([
    ['without the token of the session', { 'x-csrf-token': null }],
    ['with another token', { 'x-csrf-token': 'guessed' }],
    ['from another site', { 'sec-fetch-site': 'cross-site' }],
    ['from a sibling host', { 'sec-fetch-site': 'same-site' }],
    ['from another origin', { origin: 'https://evil.example' }],
    ['from a sandboxed frame', { origin: 'null' }],
  ])('says nothing in a request %s', async (_what, changed) => {
    const browser = new AdminBrowser(admin);
    await browser.signIn();
    const { status, code } = await browser.ask('mutation { act }', changed);
    expect([status, code]).toEqual([403, 'FORBIDDEN']);
  });

  test('says nothing in a GET, and nothing where the request brings a token of its own', async () => {
    const browser = new AdminBrowser(admin);
    await browser.signIn();
    const headers = { 'apollo-require-preflight': 'true', 'x-csrf-token': await browser.csrfToken() };
    expect((await browser.request('/graphql?query=%7BwhoAmI%7D', { headers })).status).toBe(403);
    const own = await browser.ask('{ whoAmI }', { authorization: await admin.gateway.issuer.bearer([]) });
    expect(own.data).toEqual({ whoAmI: 'usr_test' });
    expect((await browser.ask('{ whoAmI }', { authorization: 'Bearer forged.forged.forged' })).status).toBe(401);
  });

  test('that was forged, or changed by a letter, opens nothing and is forgotten', async () => {
    const browser = new AdminBrowser(admin);
    await browser.signIn();
    const csrf = await browser.csrfToken();
    const real = browser.cookies.get('__Host-sa_admin')!;
    for (const forged of [
      'x',
      randomBytes(32).toString('base64url'),
      `${real.startsWith('A') ? 'B' : 'A'}${real.slice(1)}`,
    ]) {
      browser.cookies.set('__Host-sa_admin', forged);
      const { status, code } = await browser.ask('{ whoAmI }', { 'x-csrf-token': csrf });
      expect([status, code, browser.cookies.size]).toEqual([401, 'UNAUTHENTICATED', 0]);
    }
    expect((await browser.ask('{ open }', { 'x-csrf-token': null })).data).toEqual({ open: 'open' });
  });

  test('ends when nothing happens for too long, and at its end whatever happens', async () => {
    const [idle, busy] = [new AdminBrowser(admin), new AdminBrowser(admin)];
    await idle.signIn();
    await busy.signIn();
    for (let minute = 0; minute < 55; minute += 5) {
      passMs(300_000);
      expect((await busy.ask('{ whoAmI }')).status).toBe(200);
    }
    expect((await idle.request('/admin/session')).status).toBe(401);
    passMs(400_000);
    expect((await busy.request('/admin/session')).status).toBe(401);
  });

  test('ends at once with signing out, here and where its tokens come from; and a new sign-in ends the former', async () => {
    const browser = new AdminBrowser(admin);
    await browser.signIn();
    const stolen = new AdminBrowser(admin);
    for (const [name, value] of browser.cookies) stolen.cookies.set(name, value);
    expect((await browser.request('/admin/logout', { method: 'POST' })).status).toBe(403);
    const headers = { 'x-csrf-token': await browser.csrfToken() };
    const left = admin.staff.left.length;
    expect((await browser.request('/admin/logout', { method: 'POST', headers })).status).toBe(204);
    expect(admin.staff.left.slice(left)).toEqual(['usr_admin']);
    expect((await stolen.request('/admin/session')).status).toBe(401);
    await browser.signIn();
    const former = new AdminBrowser(admin);
    for (const [name, value] of browser.cookies) former.cookies.set(name, value);
    await browser.signIn();
    expect((await former.request('/admin/session')).status).toBe(401);
    expect((await browser.request('/admin/session')).status).toBe(200);
  });
});

describe('tokens that end', () => {
  test('are renewed once, however many requests come at once', async () => {
    const browser = new AdminBrowser(admin);
    await browser.signIn();
    const csrf = await browser.csrfToken();
    const before = admin.staff.spent.length;
    passMs(870_000 - 300_000);
    expect((await browser.ask('{ whoAmI }', { 'x-csrf-token': csrf })).status).toBe(200);
    passMs(300_000);
    const asked = Array.from({ length: 8 }, () => browser.ask('{ whoAmI }', { 'x-csrf-token': csrf }));
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(admin.staff.spent.length).toBe(before + 1);
    expect(new Set(admin.staff.spent).size).toBe(admin.staff.spent.length);
  });

  test('are not, for somebody who is no administrator any more', async () => {
    const browser = new AdminBrowser(admin);
    await browser.signIn();
    passMs(500_000);
    await browser.csrfToken();
    passMs(400_000);
    admin.staff.isAdministrator = false;
    expect((await browser.request('/admin/session')).status).toBe(401);
    admin.staff.isAdministrator = true;
    expect((await browser.request('/admin/session')).status).toBe(401);
  });
});

test('gateways share sessions by the store and the key; the store alone shows no token, no cookie, no CSRF token', async () => {
  const inner = memoryStore();
  const seen: string[] = [];
  const store = {
    ...inner,
    put: (key: string, text: string, ttlMs: number) => {
      seen.push(key, text);
      return inner.put(key, text, ttlMs);
    },
  };
  const sessionKey = randomBytes(32);
  const first = await startAdminGateway(store, { sessionKey, shared: admin });
  const second = await startAdminGateway(store, { sessionKey, shared: admin });
  const stranger = await startAdminGateway(store, { sessionKey: randomBytes(32), shared: admin });
  const browser = new AdminBrowser(first);
  await browser.signIn();
  const csrf = await browser.csrfToken();
  const [elsewhere, outside] = [new AdminBrowser(second), new AdminBrowser(stranger)];
  for (const other of [elsewhere, outside]) for (const [name, value] of browser.cookies) other.cookies.set(name, value);
  expect((await elsewhere.ask('{ whoAmI }', { 'x-csrf-token': csrf })).data).toEqual({ whoAmI: 'usr_admin' });
  expect((await outside.ask('{ whoAmI }', { 'x-csrf-token': csrf })).status).toBe(401);
  const stored = seen.join('\n');
  for (const secret of [csrf, ...browser.cookies.values(), 'eyJ', 'refresh-']) expect(stored).not.toContain(secret);
  await Promise.all([first.stop(), second.stop(), stranger.stop()]);
});

test('nothing of it is there unless it is configured', async () => {
  const plain = await startTestGateway();
  await plain.listen();
  for (const path of ['/admin/login', '/admin/session']) expect((await fetch(`${plain.url}${path}`)).status).toBe(404);
  await plain.close();
});
