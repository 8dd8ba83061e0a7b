import { array, asyncProperty, assert as assertProperty, constantFrom, option, record, subarray } from 'fast-check';
import { type Actor, type Scope } from '#shared/auth';
import { newId } from '#shared/ids';
import { actorOf } from '#shared/testing';
import { type AuthUnderTest, type Clinic, startAuth } from '../auth.fixture';
import { Product } from '../products/product.entity';
import { Revocation } from '../revocations/revocation.entity';

const read = 'clinical:cases:read';
const write = 'clinical:cases:write';

let auth: AuthUnderTest;
let clinic: Clinic;
let admin: Actor;

beforeAll(async () => {
  auth = await startAuth({ CLIENT_MAX_FAILURES: '1000' });
  clinic = await auth.newClinic();
  admin = actorOf(clinic.organisation, { scopes: ['auth:clients:read', 'auth:clients:write'] });
});

afterAll(() => auth.stop());

interface Payload {
  readonly client: Record<string, unknown> | null;
  readonly userErrors: readonly { readonly code: string; readonly path: string[] | null }[];
}

async function change(mutation: string, variables: Record<string, unknown> = {}, actor = admin): Promise<Payload> {
  const { data, errors } = await auth.subject.ask(actor, mutation, variables);
  if (errors) throw new Error(JSON.stringify(errors));
  return Object.values(data ?? {})[0] as Payload;
}

interface Client {
  readonly id: string;
  readonly secret: string;
}

async function makeClient(granted: readonly string[] = [read, write], limits: object | null = null): Promise<Client> {
  const product = await auth.subject.running.system
    .unitFor(clinic.organisation, new Date())
    .findBy(Product, { key: 'demo' });
  const input = { idempotencyKey: newId('idk'), name: 'A client', productId: product?.id, scopes: granted, limits };
  const made = await change(
    'mutation($input: CreateApiClientInput!) { createApiClient(input: $input) { client { id } secret userErrors { code path } } }',
    { input },
  );
  expect(made.userErrors).toEqual([]);
  return { id: String(made.client?.['id']), secret: (made as unknown as { secret: string }).secret };
}

/** The caller that the token stands for, or why there is none. */
async function tokenOf({ id, secret }: Client, scope?: string): Promise<Actor | string> {
  const body = new URLSearchParams({
    ...{
      grant_type: 'client_credentials',
      client_id: id,
      client_secret: secret,
      ...(scope !== undefined && { scope }),
    },
  });
  const answer = await fetch(`${auth.url}/v1/oauth/token`, { method: 'POST', body });
  const { access_token: token, error = '' } = (await answer.json()) as { access_token?: string; error?: string };
  return token === undefined ? error : auth.verify(token);
}

const scopesOf = (actor: Actor | string): readonly string[] =>
  typeof actor === 'string' ? [actor] : [...actor.scopes];

async function revocationsOf(key: string): Promise<number> {
  return auth.subject.running.system.source.getRepository(Revocation).countBy({ key });
}

const setScopes =
  'mutation($id: ID!, $v: Int!, $scopes: [String!]!) { setApiClientScopes(id: $id, ifVersion: $v, scopes: $scopes) { client { scopes { name } version } userErrors { code path } } }';
const setLimits =
  'mutation($id: ID!, $v: Int!, $limits: ClientLimitsInput!) { setApiClientLimits(id: $id, ifVersion: $v, limits: $limits) { client { ipAllowList rateLimitPerMinute persistedOperationsOnly } userErrors { code path } } }';
const suspend =
  'mutation($id: ID!, $v: Int!) { suspendApiClient(id: $id, ifVersion: $v, reason: "x") { client { status } userErrors { code } } }';
const reactivate =
  'mutation($id: ID!, $v: Int!) { reactivateApiClient(id: $id, ifVersion: $v) { client { status } userErrors { code } } }';
const revoke =
  'mutation($id: ID!, $v: Int!) { revokeApiClient(id: $id, ifVersion: $v, reason: "x") { client { status } userErrors { code } } }';

describe('the scopes of a client', () => {
  test('can be changed; its tokens end when some are taken away, and the next ones have the new ones', async () => {
    const client = await makeClient([read]);
    await change(setScopes, { id: client.id, v: 1, scopes: [read, write] });
    expect(await revocationsOf(client.id)).toBe(0);
    const narrowed = await change(setScopes, { id: client.id, v: 2, scopes: [write, write] });
    expect(narrowed.client).toEqual({ scopes: [{ name: write }], version: 3 });
    expect(await revocationsOf(client.id)).toBe(1);
    expect(scopesOf(await tokenOf(client))).toEqual([write]);
    expect(await tokenOf(client, read)).toBe('invalid_scope');
  });

  test('are at most those of its product, and of the platform', async () => {
    const client = await makeClient([read]);
    for (const scope of ['auth:keys:write', 'no:such:scope', '']) {
      const { userErrors } = await change(setScopes, { id: client.id, v: 1, scopes: [read, scope] });
      expect(userErrors).toEqual([{ code: 'BAD_USER_INPUT', path: ['scopes'] }]);
    }
    expect(scopesOf(await tokenOf(client))).toEqual([read]);
  });

  test('a token carries what client, product and request have in common, whatever they are', async () => {
    const { system } = auth.subject.running;
    const unit = system.unitFor(clinic.organisation, new Date());
    const product = await unit.findBy(Product, { key: 'demo' });
    const all = product?.allowedScopes ?? [];
    const client = await makeClient(all);
    const few: Scope[] = ['clinical:cases:read', 'clinical:cases:write', 'clinical:patients:read', 'auth:users:read'];
    const asked = option(array(constantFrom<string>(...few, 'no:such:scope'), { maxLength: 4 }), { nil: null });
    try {
      await assertProperty(
        asyncProperty(record({ client: subarray(few), product: subarray(few), asked }), async (bounds) => {
          await system.source.getRepository(Product).update({ id: product?.id ?? '' }, { allowedScopes: all });
          const row = await auth.subject.ask(admin, '{ apiClients(first: 100) { nodes { id version } } }');
          const nodes = (row.data as { apiClients: { nodes: { id: string; version: number }[] } }).apiClients.nodes;
          const v = nodes.find(({ id }) => id === client.id)?.version;
          await change(setScopes, { id: client.id, v, scopes: bounds.client });
          await system.source
            .getRepository(Product)
            .update({ id: product?.id ?? '' }, { allowedScopes: bounds.product });
          expect(await carried(client, bounds.asked)).toEqual(expectedOf(bounds));
        }),
        { numRuns: 25 },
      );
    } finally {
      await system.source.getRepository(Product).update({ id: product?.id ?? '' }, { allowedScopes: all });
    }
  });
});

/** Null: the request was for more than there is. */
async function carried(client: Client, asked: readonly string[] | null): Promise<ReadonlySet<string> | null> {
  const answer = await tokenOf(client, asked?.length ? asked.join(' ') : undefined);
  return answer === 'invalid_scope' ? null : new Set(scopesOf(answer));
}

interface Bounds {
  readonly client: readonly string[];
  readonly product: readonly string[];
  readonly asked: readonly string[] | null;
}

function expectedOf({ client, product, asked }: Bounds): ReadonlySet<string> | null {
  const entitled = client.filter((scope) => product.includes(scope));
  if (!asked?.length) return new Set(entitled);
  return asked.every((scope) => entitled.includes(scope)) ? new Set(asked) : null;
}

describe('the limits of a client', () => {
  const limits = {
    rateLimitPerMinute: 60,
    ipAllowList: ['192.0.2.0/24', '2001:db8::/32'],
    persistedOperationsOnly: true,
  };

  test('are in its tokens, and only there', async () => {
    const limited = await tokenOf(await makeClient([read], limits));
    expect(limited).toMatchObject({
      limits: { requestsPerMinute: 60, networks: limits.ipAllowList, persistedOnly: true },
    });
    expect(await tokenOf(await makeClient([read]))).not.toHaveProperty('limits');
  });

  test('end its tokens when they change; the next ones say the new ones', async () => {
    const client = await makeClient([read], limits);
    const changed = await change(setLimits, { id: client.id, v: 1, limits: { rateLimitPerMinute: 5 } });
    expect(changed.client).toEqual({ ipAllowList: [], rateLimitPerMinute: 5, persistedOperationsOnly: false });
    expect(await revocationsOf(client.id)).toBe(1);
    expect(await tokenOf(client)).toMatchObject({
      limits: { requestsPerMinute: 5, networks: [], persistedOnly: false },
    });
  });

  test.each([
    [{ rateLimitPerMinute: 0 }, 'rateLimitPerMinute'],
    [{ rateLimitPerMinute: 1_000_001 }, 'rateLimitPerMinute'],
    [{ ipAllowList: ['192.0.2.0'] }, 'ipAllowList'],
    [{ ipAllowList: ['192.0.2.0/33'] }, 'ipAllowList'],
    [{ ipAllowList: ['2001:db8::/129'] }, 'ipAllowList'],
    [{ ipAllowList: ['fe80::1%eth0/64'] }, 'ipAllowList'],
    [{ ipAllowList: ['example.org/8'] }, 'ipAllowList'],
    [{ ipAllowList: ['10.0.0.0/8/8'] }, 'ipAllowList'],
    [{ ipAllowList: Array.from({ length: 21 }, (_, part) => `10.0.${String(part)}.0/24`) }, 'ipAllowList'],
  ])('of %j are refused', async (wrong, field) => {
    const client = await makeClient([read]);
    const { userErrors } = await change(setLimits, { id: client.id, v: 1, limits: wrong });
    expect(userErrors).toEqual([{ code: 'BAD_USER_INPUT', path: ['limits', field] }]);
    expect(await revocationsOf(client.id)).toBe(0);
  });
});

describe('a client', () => {
  test('that is suspended gets no token and loses those it holds, until it is put back', async () => {
    const client = await makeClient([read]);
    expect(await change(suspend, { id: client.id, v: 1 })).toEqual({ client: { status: 'SUSPENDED' }, userErrors: [] });
    expect(await tokenOf(client)).toBe('invalid_client');
    expect(await revocationsOf(client.id)).toBe(1);
    expect((await change(suspend, { id: client.id, v: 2 })).userErrors).toEqual([{ code: 'ILLEGAL_TRANSITION' }]);
    expect(await change(reactivate, { id: client.id, v: 2 })).toEqual({ client: { status: 'ACTIVE' }, userErrors: [] });
    expect(scopesOf(await tokenOf(client))).toEqual([read]);
    expect(await revocationsOf(client.id)).toBe(1);
  });

  test('that is revoked is changed no more and never comes back, also from a suspension', async () => {
    const client = await makeClient([read]);
    await change(suspend, { id: client.id, v: 1 });
    expect(await change(revoke, { id: client.id, v: 2 })).toEqual({ client: { status: 'REVOKED' }, userErrors: [] });
    const illegal = [{ code: 'ILLEGAL_TRANSITION' }];
    expect((await change(reactivate, { id: client.id, v: 3 })).userErrors).toEqual(illegal);
    expect((await change(setScopes, { id: client.id, v: 3, scopes: [read] })).userErrors).toMatchObject(illegal);
    expect((await change(setLimits, { id: client.id, v: 3, limits: {} })).userErrors).toMatchObject(illegal);
    expect(await tokenOf(client)).toBe('invalid_client');
  });

  test('loses one secret and all tokens when that is revoked, and goes on with the other', async () => {
    const client = await makeClient([read]);
    const rotate =
      'mutation($id: ID!) { rotateClientSecret(id: $id, ifVersion: 1) { client { secrets { id hint status } } secret } }';
    const rotated = (await change(rotate, { id: client.id })) as unknown as {
      secret: string;
      client: { secrets: { id: string; hint: string; status: string }[] };
    };
    const old = rotated.client.secrets.find(({ hint }) => client.secret.endsWith(hint));
    expect(old?.status).toBe('GRACE');
    const revokeSecret = 'mutation($id: ID!) { revokeClientSecret(id: $id) { client { id } userErrors { code } } }';
    expect((await change(revokeSecret, { id: old?.id })).userErrors).toEqual([]);
    expect(await tokenOf(client)).toBe('invalid_client');
    expect(scopesOf(await tokenOf({ ...client, secret: rotated.secret }))).toEqual([read]);
    expect(await revocationsOf(client.id)).toBe(1);
    expect((await change(revokeSecret, { id: old?.id })).userErrors).toEqual([{ code: 'CONFLICT' }]);
  });

  test('is changed by one of two who do so at once', async () => {
    const client = await makeClient([read]);
    const answers = await Promise.all([
      change(suspend, { id: client.id, v: 1 }),
      change(setScopes, { id: client.id, v: 1, scopes: [write] }),
    ]);
    const codes = answers.flatMap(({ userErrors }) => userErrors.map(({ code }) => code));
    expect(codes).toEqual(['STALE_VERSION']);
  });

  test('of another organisation does not exist, and whoever may only look changes nothing', async () => {
    const client = await makeClient([read]);
    const other = { ...admin, ...(await auth.newClinic()).organisation };
    for (const mutation of [suspend, revoke, reactivate]) {
      expect((await change(mutation, { id: client.id, v: 1 }, other)).userErrors).toEqual([{ code: 'NOT_FOUND' }]);
    }
    const onlooker = actorOf(clinic.organisation, { scopes: ['auth:clients:read'] });
    const { errors } = await auth.subject.ask(onlooker, suspend, { id: client.id, v: 1 });
    expect(errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
    expect(scopesOf(await tokenOf(client))).toEqual([read]);
  });
});
