import { createHash, randomBytes } from 'node:crypto';
import { newId } from '#shared/ids';
import { startIdentityProvider, testOrganisation, type TestIdentity, type TestIdentityProvider } from '#shared/testing';
import { startAuth, type AuthUnderTest } from '../auth.fixture';

const domain = 'platform.example';
const redirectUri = 'https://admin.example.test/admin/callback';

let google: TestIdentityProvider;
let auth: AuthUnderTest;

beforeAll(async () => {
  google = await startIdentityProvider(redirectUri);
  auth = await startAuth({
    ...{ ADMIN_OIDC_ISSUER: google.issuer, ADMIN_OIDC_CLIENT_ID: google.clientId, ADMIN_OIDC_DOMAIN: domain },
    ADMIN_OIDC_CLIENT_SECRET: google.clientSecret,
  });
});

afterAll(async () => {
  await auth.stop();
  await google.stop();
});

/** Somebody with these roles in an organisation that administers the platform, and their account at the provider. */
async function newStaff(...roles: string[]): Promise<TestIdentity & { readonly userId: string }> {
  const organisation = testOrganisation();
  const slug = organisation.organisationId.slice(-8);
  const userId = newId('usr');
  const email = `amara.${slug}@${domain}`;
  const person = { userId, email, password: `pass-${slug}-word`, practitionerId: null, roles };
  const chief = { ...person, userId: newId('usr'), email: `chief.${slug}@${domain}`, roles: ['PLATFORM_ADMIN'] };
  const people = [person, chief].map((one) => ({ ...one, firstName: 'Amara', lastName: 'Okafor' }));
  await auth.subject.running.seedDemo({ organisation: { ...organisation, name: 'The platform', slug }, people });
  return { sub: `google-${slug}`, email, email_verified: true, hd: domain, userId };
}

interface Attempt {
  readonly code: string;
  readonly codeVerifier: string;
  readonly nonce: string;
}

/** What a gateway has in hand after the browser has come back. */
async function authorized(identity: TestIdentity): Promise<Attempt> {
  const [codeVerifier, nonce] = [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')];
  const url = new URL(`${google.issuer}/auth`);
  url.search = new URLSearchParams({
    ...{ response_type: 'code', client_id: google.clientId, redirect_uri: redirectUri, scope: 'openid email', nonce },
    code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString();
  const { searchParams } = await google.authorize(url.href, identity);
  return { code: searchParams.get('code') ?? '', codeVerifier, nonce };
}

interface Payload {
  readonly tokens: { readonly accessToken: string; readonly scope: string[] } | null;
  readonly user: { readonly id: string; readonly roles: string[] } | null;
  readonly userErrors: { readonly code: string }[];
}

async function adminLogin(attempt: Attempt, at = redirectUri): Promise<Payload> {
  const { data, errors } = await auth.subject.ask(
    null,
    `mutation ($code: String!, $codeVerifier: String!, $redirectUri: String!, $nonce: String!) {
      adminLoginWithGoogle(code: $code, codeVerifier: $codeVerifier, redirectUri: $redirectUri, nonce: $nonce) {
        tokens { accessToken scope } user { id roles } userErrors { code } } }`,
    { ...attempt, redirectUri: at },
  );
  expect(errors).toBeUndefined();
  return (data as { adminLoginWithGoogle: Payload }).adminLoginWithGoogle;
}

const refused = { tokens: null, user: null, userErrors: [{ code: 'INVALID_CREDENTIALS' }] };

test('an administrator of the platform signs in with the account of the domain', async () => {
  const admin = await newStaff('PLATFORM_ADMIN');
  const { tokens, user, userErrors } = await adminLogin(await authorized(admin));
  expect(userErrors).toEqual([]);
  expect(user).toEqual({ id: admin.userId, roles: ['PLATFORM_ADMIN'] });
  const actor = await auth.verify(tokens!.accessToken);
  expect(actor.userId).toBe(admin.userId);
  expect(actor.scopes.has('auth:organisations:write')).toBe(true);
  await auth.subject.until('the announcement', () =>
    auth.subject.events.some(
      ({ type, resourceId, data }) =>
        type === 'auth.login.succeeded' && resourceId === admin.userId && data['method'] === 'OIDC',
    ),
  );
  expect((await adminLogin(await authorized(admin))).user?.id).toBe(admin.userId);
});

test.each([
  ['of another hosted domain', { hd: 'elsewhere.example' }],
  ['of no hosted domain, whatever its address', { hd: undefined }],
  ['whose address is of another domain', { email: 'amara@elsewhere.example' }],
  ['whose address is not verified', { email_verified: false }],
])('refuses an account %s', async (_what, change) => {
  const admin = await newStaff('PLATFORM_ADMIN');
  expect(await adminLogin(await authorized({ ...admin, ...change } as TestIdentity))).toEqual(refused);
});

test('refuses whoever is not an administrator of the platform, and whoever is not known at all', async () => {
  expect(await adminLogin(await authorized(await newStaff('ADMIN', 'DOCTOR')))).toEqual(refused);
  const stranger = { sub: 'google-stranger', email: `nobody@${domain}`, email_verified: true, hd: domain };
  expect(await adminLogin(await authorized(stranger))).toEqual(refused);
});

test('an address that the domain gives to somebody else opens nothing of its former owner', async () => {
  const admin = await newStaff('PLATFORM_ADMIN');
  expect((await adminLogin(await authorized(admin))).user?.id).toBe(admin.userId);
  expect(await adminLogin(await authorized({ ...admin, sub: 'google-successor' }))).toEqual(refused);
});

test('one account of the provider is one administrator', async () => {
  const [first, second] = [await newStaff('PLATFORM_ADMIN'), await newStaff('PLATFORM_ADMIN')];
  expect((await adminLogin(await authorized(first))).user?.id).toBe(first.userId);
  expect(await adminLogin(await authorized({ ...second, sub: first.sub }))).toEqual(refused);
});

test('first sign-ins at once bind the account once, and all of them are in', async () => {
  const admin = await newStaff('PLATFORM_ADMIN');
  const attempts = [await authorized(admin), await authorized(admin), await authorized(admin)];
  const answers = await Promise.all(attempts.map((attempt) => adminLogin(attempt)));
  expect(answers.map(({ user }) => user?.id)).toEqual([admin.userId, admin.userId, admin.userId]);
});

test('refuses a code that was used, and one without its own verifier, nonce or redirect URI', async () => {
  const admin = await newStaff('PLATFORM_ADMIN');
  const attempt = await authorized(admin);
  expect((await adminLogin(attempt)).userErrors).toEqual([]);
  expect(await adminLogin(attempt)).toEqual(refused);
  expect(await adminLogin({ ...(await authorized(admin)), nonce: 'another' })).toEqual(refused);
  expect(await adminLogin({ ...(await authorized(admin)), codeVerifier: 'x'.repeat(43) })).toEqual(refused);
  expect(await adminLogin(await authorized(admin), 'https://evil.example/callback')).toEqual(refused);
  expect(await adminLogin({ ...attempt, code: '' })).toEqual(refused);
});

test('where no provider is configured nobody signs in this way', async () => {
  const bare = await startAuth();
  const { data } = await bare.subject.ask(
    null,
    'mutation { adminLoginWithGoogle(code: "c", codeVerifier: "v", redirectUri: "r", nonce: "n") { userErrors { code } } }',
  );
  expect(data).toEqual({ adminLoginWithGoogle: { userErrors: [{ code: 'INVALID_CREDENTIALS' }] } });
  await bare.stop();
});
