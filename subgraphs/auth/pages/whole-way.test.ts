import * as oidc from 'openid-client';
import { describeInBrowser, type TestWindow } from '#shared/testing';
import { type AuthUnderTest, type Clinic, startAuth } from '../auth.fixture';
import { authorizationOf, discover, redirectUri, register } from '../oauth/relying-party.fixture';
import { type Authenticator, People } from '../people.fixture';

const scopes = ['clinical:cases:read', 'auth:users:self'] as const;

describeInBrowser('the whole way through the pages, in a browser', (browser) => {
  let auth: AuthUnderTest;
  let clinic: Clinic;
  let people: People;

  beforeAll(async () => {
    auth = await startAuth({ TOKEN_ISSUER: '', LOGIN_ANSWER_MS: '100' });
    people = new People(auth);
  });
  beforeEach(async () => {
    clinic = await auth.newClinic();
  });
  afterAll(() => auth.stop());

  /** A window in which the application that asks can be reached. */
  async function open(): Promise<TestWindow> {
    const window = await browser.open({ width: 320, colorScheme: 'dark' });
    await window.page.route('https://app.example.test/**', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<!doctype html><html lang="en"><title>The app</title>' }),
    );
    return window;
  }

  async function configure(): Promise<oidc.Configuration> {
    const metadata = { redirectUris: [redirectUri], authMethod: 'NONE' };
    const client = await register(auth, clinic, { scopes, metadata });
    return discover(auth, client, oidc.None());
  }

  async function enrol(): Promise<Authenticator> {
    const { doctor } = clinic.people;
    const actor = await people.signIn(doctor);
    const token = await people.stepUp(actor, 'MANAGE_MFA', { password: doctor.password });
    return (await people.enrol(actor, token)).app;
  }

  async function signIn({ page }: TestWindow): Promise<void> {
    const { email, password } = clinic.people.doctor;
    await page.getByLabel('E-mail address').fill(email);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }

  async function expectInOrder(window: TestWindow): Promise<void> {
    expect(await window.axe()).toEqual([]);
    expect(await window.overflow()).toBeLessThanOrEqual(0);
    expect([window.complaints, window.external]).toEqual([[], []]);
  }

  test('somebody signs in with password and authenticator app, allows, and the application gets its tokens', async () => {
    const app = await enrol();
    const config = await configure();
    const request = await authorizationOf(config, `openid ${scopes.join(' ')}`);
    const window = await open();
    const { page } = window;
    await page.goto(request.url.href);
    expect(await page.title()).toBe('Sign in – SA Platform');
    await expectInOrder(window);
    await page.getByLabel('E-mail address').fill(clinic.people.doctor.email);
    await page.getByLabel('Password').fill('not this one');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    expect(await page.title()).toBe('Error: Sign in – SA Platform');
    await signIn(window);
    await page.getByLabel('Code from your authenticator app').waitFor();
    await expectInOrder(window);
    await page.locator('input:focus').waitFor();
    await page.keyboard.type('000000');
    await page.keyboard.press('Enter');
    await page.getByText('There is a problem').waitFor();
    await page.locator('input:focus').waitFor();
    await page.keyboard.type(app.code(1));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Allow access?' }).waitFor();
    await expectInOrder(window);
    expect(await page.getByRole('listitem').allTextContents()).toContainEqual(
      expect.stringMatching(/^Read cases and their findings\s+Health data$/),
    );
    await page.getByRole('button', { name: 'Allow', exact: true }).click();
    await page.waitForURL(`${redirectUri}**`);
    expect([window.complaints, window.external]).toEqual([[], []]);
    const tokens = await oidc.authorizationCodeGrant(config, new URL(page.url()), {
      ...{ pkceCodeVerifier: request.codeVerifier, expectedState: request.state, expectedNonce: request.nonce },
      idTokenExpected: true,
    });
    expect(tokens.claims()).toMatchObject({ sub: clinic.people.doctor.userId });
    expect((await auth.verify(tokens.access_token)).userId).toBe(clinic.people.doctor.userId);
    await window.close();
  });

  test('whoever does not go on is sent back to the application, which is told so', async () => {
    const config = await configure();
    const window = await open();
    const { page } = window;
    await page.goto((await authorizationOf(config, `openid ${scopes.join(' ')}`)).url.href);
    await signIn(window);
    await page.getByRole('button', { name: 'Do not allow' }).click();
    await page.waitForURL(`${redirectUri}**`);
    expect(new URL(page.url()).searchParams.get('error')).toBe('access_denied');
    await window.close();
  });

  test('an interaction of another browser, or of long ago, is a page that says so', async () => {
    const window = await open();
    await window.page.goto(`${auth.subject.publicUrl}/v1/oauth/interaction/nothing`);
    expect(await window.page.title()).toBe('This page has expired – SA Platform');
    await expectInOrder(window);
    await window.close();
  });

  test('a device is connected by its code', async () => {
    const config = await configure();
    const device = await oidc.initiateDeviceAuthorization(config, { scope: `openid ${scopes.join(' ')}` });
    const window = await open();
    const { page } = window;
    await page.goto(device.verification_uri);
    await page.getByLabel('Code shown on the device').fill('BBBB-BBBB');
    await page.keyboard.press('Enter');
    await page.getByText('There is a problem').waitFor();
    await expectInOrder(window);
    await page.getByLabel('Code shown on the device').fill(device.user_code.toLowerCase());
    await page.keyboard.press('Enter');
    await page.getByText(device.user_code).waitFor();
    await expectInOrder(window);
    await page.getByRole('button', { name: 'Yes, connect it' }).click();
    await signIn(window);
    await page.getByRole('button', { name: 'Allow', exact: true }).click();
    await page.getByRole('heading', { name: 'The device is connected' }).waitFor();
    await expectInOrder(window);
    const tokens = await oidc.pollDeviceAuthorizationGrant(config, device);
    expect((await auth.verify(tokens.access_token)).userId).toBe(clinic.people.doctor.userId);
    await window.close();
  });

  test('somebody who has forgotten the password chooses another by the link of a mail, which works once', async () => {
    const { doctor } = clinic.people;
    const window = await open();
    const { page } = window;
    await page.goto(`${auth.subject.publicUrl}/account/reset-password`);
    await page.getByRole('button', { name: 'Send the link' }).click();
    expect(await page.title()).toBe('Error: Reset your password – SA Platform');
    await page.getByLabel('E-mail address').fill(doctor.email);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Look into your mailbox' }).waitFor();
    await expectInOrder(window);
    const [mail] = await people.mailsTo(doctor.email);
    const link = /http:\S+token=[\w-]+/.exec(mail!.text)![0];
    await page.goto(link);
    await page.getByLabel('New password').fill('password1');
    await page.keyboard.press('Enter');
    await page.getByText('choose another').first().waitFor();
    await expectInOrder(window);
    await page.getByLabel('New password').fill('several calm words');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Your password is changed' }).waitFor();
    await page.goto(link);
    await page.getByLabel('New password').fill('another few words');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'This link has expired' }).waitFor();
    await expectInOrder(window);
    expect((await people.login({ email: doctor.email, password: 'several calm words' })).tokens).not.toBeNull();
    await window.close();
  });
});

describe('forms of an account', () => {
  let auth: AuthUnderTest;
  beforeAll(async () => {
    auth = await startAuth();
  });
  afterAll(() => auth.stop());

  const send = (headers: Record<string, string>, form: Record<string, string>): Promise<Response> =>
    fetch(`${auth.url}/account/reset-password`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams({ email: 'somebody@clinic.example', ...form }).toString(),
    });

  test('are taken from pages of ours only', async () => {
    const shown = await fetch(`${auth.url}/account/reset-password`);
    const cookie = shown.headers.getSetCookie()[0]!.split(';')[0]!;
    const token = /name="form_token" value="([^"]+)"/.exec(await shown.text())![1]!;
    expect(shown.headers.getSetCookie()[0]).toMatch(/; HttpOnly; SameSite=Strict$/);
    expect((await send({ cookie }, { form_token: token })).status).toBe(200);
    expect((await send({ cookie }, {})).status).toBe(403);
    expect((await send({}, { form_token: token })).status).toBe(403);
    expect((await send({ cookie: `${cookie}x` }, { form_token: token })).status).toBe(403);
    expect((await send({ cookie, 'sec-fetch-site': 'cross-site' }, { form_token: token })).status).toBe(403);
  });

  test('say what they may do to the browser, and nothing of the token in their addresses to others', async () => {
    const { headers } = await fetch(`${auth.url}/account/verify-email?token=secret`);
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'; style-src 'self'; img-src data:; form-action 'self'",
    );
    expect([headers.get('referrer-policy'), headers.get('cache-control')]).toEqual(['no-referrer', 'no-store']);
    const invalid = await fetch(`${auth.url}/account/invitation?token=unknown`);
    expect(invalid.status).toBe(410);
  });
});
