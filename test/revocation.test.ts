import { randomUUID } from 'node:crypto';
import { createServer, connect, type Server, type Socket } from 'node:net';
import { type AddressInfo } from 'node:net';
import { createClient, type Client } from 'graphql-ws';
import WebSocket from 'ws';
import { enterClinic, type Clinic } from './clinic';
import { until } from './child';
import { mode, redisUrl } from './config';
import { TestPlatform } from './platform';

/** The longest time between a revocation and the moment from which no gateway takes the token. */
const effectiveWithinMs = 5_000;
const scopes = ['clinical:patients:read', 'clinical:cases:read'];

interface Issued {
  readonly id: string;
  readonly secret: string;
  readonly token: string;
}

/** A token that was issued stops working at every gateway, on every way in, before its time. */
describe(`revocation (${mode})`, () => {
  let platform: TestPlatform;
  let clinic: Clinic;
  let redis: CuttableProxy;

  beforeAll(async () => {
    redis = await CuttableProxy.to(new URL(redisUrl));
    platform = await TestPlatform.start(mode === 'services' ? { REDIS_URL: redis.url } : {});
    clinic = await enterClinic(platform.demo);
  }, 120_000);

  afterAll(async () => {
    await platform.remove();
    await redis.close();
  }, 60_000);

  test('a revoked client is refused within five seconds, its open socket is closed, and it gets no other token', async () => {
    const client = await issueClient();
    expect(await statusOf(client.token)).toBe(200);
    const socket = openSocket(client.token);
    await socket.isOpen;
    const revokedAt = Date.now();
    await revokeClient(client.id);
    expect(await socket.closed).toBe(4403);
    await until('the token to be refused', async () => (await statusOf(client.token)) === 401);
    expect(Date.now() - revokedAt).toBeLessThan(effectiveWithinMs);
    await expect(issueToken(client)).rejects.toThrow('invalid_client');
    expect(await statusOf((await issueClient()).token)).toBe(200);
  });

  test('a suspended person is refused within five seconds, and signs in again when activated', async () => {
    const person = await invitePatient();
    const token = await signIn(person);
    expect(await statusOf(token, '{ me { id } }')).toBe(200);
    const revokedAt = Date.now();
    await setStatus(person.id, 'SUSPENDED');
    await until('the token to be refused', async () => (await statusOf(token, '{ me { id } }')) === 401);
    expect(Date.now() - revokedAt).toBeLessThan(effectiveWithinMs);
    await setStatus(person.id, 'ACTIVE');
    // `iat` is to the second: a token of the second of the suspension would count as the earlier.
    await until('another second', () => Math.floor(Date.now() / 1_000) > Math.floor(revokedAt / 1_000) + 1);
    expect(await statusOf(await signIn(person), '{ me { id } }')).toBe(200);
    expect(await statusOf(token, '{ me { id } }')).toBe(401);
  });

  test('a platform that starts again knows what was revoked before', async () => {
    const client = await issueClient();
    await revokeClient(client.id);
    platform.kill(mode === 'services' ? 'gateway' : 'launcher');
    if (mode === 'embedded') await platform.restart();
    await until('the gateway to answer', () => statusOf(null, '{ __typename }').then(Boolean, () => false), 60_000);
    expect(await statusOf(client.token)).toBe(401);
  }, 120_000);

  (mode === 'services' ? test : test.skip)('holds with the event broker away', async () => {
    const [client, other] = [await issueClient(), await issueClient()];
    expect(await statusOf(client.token)).toBe(200);
    const socket = openSocket(client.token);
    await socket.isOpen;
    redis.cut();
    const revokedAt = Date.now();
    await revokeClient(client.id);
    await until('the token to be refused', async () => (await statusOf(client.token)) === 401);
    expect(await socket.closed).toBe(4403);
    expect(Date.now() - revokedAt).toBeLessThan(effectiveWithinMs);
    expect(await statusOf(other.token)).toBe(200);
    redis.mend();
  });

  async function statusOf(token: string | null, query = '{ patients(first: 1) { nodes { id } } }'): Promise<number> {
    const headers = { 'content-type': 'application/json', ...(token !== null && { authorization: `Bearer ${token}` }) };
    const body = JSON.stringify({ query });
    return (await fetch(platform.demo.urls['graphql'] ?? '', { method: 'POST', headers, body })).status;
  }

  async function issueClient(): Promise<Issued> {
    const { products } = await clinic.admin.run<{ products: { id: string }[] }>('query p { products { id } }');
    const input = { idempotencyKey: randomUUID(), name: 'Revoked', productId: products[0]?.id, scopes };
    const { createApiClient } = await clinic.admin.run<{ createApiClient: { client: { id: string }; secret: string } }>(
      'mutation c($input: CreateApiClientInput!) { createApiClient(input: $input) { client { id } secret userErrors { code message } } }',
      { input },
    );
    const credentials = { id: createApiClient.client.id, secret: createApiClient.secret };
    return { ...credentials, token: await issueToken(credentials) };
  }

  async function issueToken({ id, secret }: Omit<Issued, 'token'>): Promise<string> {
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: id, client_secret: secret });
    const answer = await fetch(platform.demo.urls['token'] ?? '', { method: 'POST', body });
    const { access_token: token, error } = (await answer.json()) as { access_token?: string; error?: string };
    if (token === undefined) throw new Error(error);
    return token;
  }

  async function revokeClient(id: string): Promise<void> {
    await clinic.admin.run(
      'mutation r($id: ID!) { revokeApiClient(id: $id, ifVersion: 1, reason: "test") { userErrors { code message } } }',
      { id },
    );
  }

  async function invitePatient(): Promise<{ id: string; email: string; password: string }> {
    const [email, password] = [`revoked.${randomUUID()}@people.example`, `a password ${randomUUID()}`];
    const input = { idempotencyKey: randomUUID(), email, temporaryPassword: password, roles: ['PATIENT'] };
    const { inviteUser } = await clinic.admin.run<{ inviteUser: { user: { id: string } } }>(
      'mutation i($input: InviteUserInput!) { inviteUser(input: $input) { user { id } userErrors { code message } } }',
      { input: { ...input, firstName: 'Reva', lastName: 'Oked' } },
    );
    return { id: inviteUser.user.id, email, password };
  }

  async function signIn({ email, password }: { email: string; password: string }): Promise<string> {
    const { login } = await clinic.staff.run<{ login: { tokens: { accessToken: string } } }>(
      `mutation l($email: String!, $password: String!) {
        login(email: $email, password: $password, productKey: "demo") { tokens { accessToken } userErrors { code message } } }`,
      { email, password },
    );
    return login.tokens.accessToken;
  }

  async function setStatus(id: string, status: string): Promise<void> {
    const { user } = await clinic.admin.run<{ user: { version: number } }>(
      'query u($id: ID!) { user(id: $id) { version } }',
      {
        id,
      },
    );
    await clinic.admin.run(
      `mutation s($id: ID!, $v: Int!, $status: UserStatus!) {
        setUserStatus(id: $id, ifVersion: $v, status: $status, reason: "test") { userErrors { code message } } }`,
      { id, v: user.version, status },
    );
  }

  function openSocket(token: string): { isOpen: Promise<void>; closed: Promise<number> } {
    let opened = (): void => undefined;
    let ended = (_code: number): void => undefined;
    const isOpen = new Promise<void>((resolve) => (opened = resolve));
    const closed = new Promise<number>((resolve) => (ended = resolve));
    const client: Client = createClient({
      url: platform.demo.urls['ws'] ?? '',
      webSocketImpl: WebSocket,
      lazy: false,
      retryAttempts: 0,
      onNonLazyError: () => undefined,
      connectionParams: { authorization: `Bearer ${token}` },
      on: { connected: () => opened(), closed: (event) => ended((event as { code: number }).code) },
    });
    void closed.then(() => client.dispose());
    return { isOpen, closed };
  }
});

/** A way to a server that can be cut, as a network may be. */
class CuttableProxy {
  private readonly sockets = new Set<Socket>();
  private isCut = false;

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {
    server.on('connection', (near: Socket) => {
      this.join(near);
    });
  }

  static async to(target: URL): Promise<CuttableProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new CuttableProxy(server, target);
  }

  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String((this.server.address() as AddressInfo).port);
    return url.href;
  }

  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  mend(): void {
    this.isCut = false;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(near: Socket): void {
    near.on('error', () => undefined);
    if (this.isCut) {
      near.destroy();
      return;
    }
    const far = connect(Number(this.target.port || 6379), this.target.hostname);
    far.on('error', () => undefined);
    for (const socket of [near, far]) this.sockets.add(socket);
    near.pipe(far).pipe(near);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  }
}
