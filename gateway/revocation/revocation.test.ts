import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { defaultGatewayConfig } from '../server';
import { PersistedDocuments } from '../persisted';
import { RevocationDesk } from '../testing/revocation-desk';
import { EventSource } from '../testing/event-source';
import { type TestGateway, type TestGatewayOptions, startTestGateway } from '../testing/test-gateway';
import { type TokenOptions } from '../testing/tokens';
import { openSocket, organisationId, reader, until } from '../testing/live-clients';
import { defaultRevocationSettings, type RevocationSettings } from '.';

const query = '{ cases { id } }';
const hourMs = 3_600_000;
const gateways: TestGateway[] = [];
let desk: RevocationDesk;

beforeEach(() => {
  desk = new RevocationDesk();
});

afterEach(async () => {
  for (const gateway of gateways.splice(0)) await gateway.close();
});

async function start(
  revocation: Partial<RevocationSettings> = {},
  options: Omit<TestGatewayOptions, 'revocations' | 'config'> = {},
): Promise<TestGateway> {
  const gateway = await startTestGateway({
    ...options,
    revocations: desk,
    config: { ...defaultGatewayConfig, port: 0, revocation: { ...defaultRevocationSettings, ...revocation } },
  });
  gateways.push(gateway);
  await gateway.listen();
  return gateway;
}

const tellOfIt = (gateway: TestGateway): void => {
  gateway.events.announce({ organisationId, resourceId: 'r1', type: 'auth.access.ended' });
};

const bearer = (gateway: TestGateway, options: TokenOptions = {}): Promise<string> =>
  gateway.issuer.bearer(reader, options);

/** The status and the first code. */
async function ask(gateway: TestGateway, authorization: string): Promise<[status: number, code: unknown]> {
  const { status, errors } = await gateway.post({ query }, { authorization });
  return [status, errors?.[0]?.extensions?.['code']];
}

const stands = [200, undefined];
const refused = [401, 'UNAUTHENTICATED'];

describe('a token that has been used already', () => {
  test.each([
    { of: 'itself', kind: 'TOKEN', key: 'token-1' },
    { of: 'its sign-in', kind: 'SESSION', key: 'sign-in-1' },
    { of: 'its client', kind: 'CLIENT', key: 'cli_1' },
    { of: 'its subject', kind: 'SUBJECT', key: 'usr_1' },
  ])('is refused as soon as an event tells of a revocation of $of', async ({ kind, key }) => {
    const gateway = await start();
    const token = await bearer(gateway, { id: 'token-1', sessionId: 'sign-in-1', clientId: 'cli_1', userId: 'usr_1' });
    const other = await bearer(gateway, { id: 'token-2', sessionId: 'sign-in-2', clientId: 'cli_2', userId: 'usr_2' });
    expect(await ask(gateway, token)).toEqual(stands);
    desk.revoke(kind, key);
    tellOfIt(gateway);
    await until(async () => (await ask(gateway, token))[0] === 401);
    expect(await ask(gateway, token)).toEqual(refused);
    expect(await ask(gateway, other)).toEqual(stands);
  });

  test('is refused without any event, after the next look', async () => {
    const gateway = await start({ pollMs: 10 });
    const token = await bearer(gateway, { userId: 'usr_1' });
    expect(await ask(gateway, token)).toEqual(stands);
    desk.revoke('SUBJECT', 'usr_1');
    await until(async () => (await ask(gateway, token))[0] === 401);
  });

  test('stands when it was issued after the revocation, or the key is of another kind', async () => {
    desk.revoke('SUBJECT', 'usr_1', { issuedUntilMs: Date.now() - 60_000 });
    desk.revoke('CLIENT', 'usr_1');
    const gateway = await start();
    expect(await ask(gateway, await bearer(gateway, { userId: 'usr_1' }))).toEqual(stands);
  });

  test('of the second in which its subject was revoked counts as the earlier', async () => {
    const gateway = await start();
    const token = await bearer(gateway, { userId: 'usr_1' });
    const issuedAt = Number(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).iat) * 1_000;
    desk.revoke('SUBJECT', 'usr_1', { issuedUntilMs: issuedAt });
    tellOfIt(gateway);
    await until(async () => (await ask(gateway, token))[0] === 401);
  });
});

describe('a gateway that starts', () => {
  test('knows what was revoked before, page by page, before it answers the first request', async () => {
    desk.pageSize = 2;
    for (let number = 1; number <= 5; number++) desk.revoke('SUBJECT', `usr_${String(number)}`);
    const gateway = await start();
    const answers = await Promise.all(
      ['usr_1', 'usr_5', 'usr_6'].map(async (userId) => ask(gateway, await bearer(gateway, { userId }))),
    );
    expect(answers).toEqual([refused, refused, stands]);
    expect(desk.questions).toEqual([null, '2', '4']);
  });

  test('refuses tokens as long as nobody tells, lets callers without one pass, and then catches up', async () => {
    desk.isAway = true;
    const gateway = await start({ readyMs: 20 });
    const token = await bearer(gateway);
    expect(await ask(gateway, token)).toEqual([503, 'UPSTREAM_UNAVAILABLE']);
    expect((await gateway.post({ query: '{ ping }' })).status).toBe(200);
    desk.isAway = false;
    await until(async () => (await ask(gateway, token))[0] === 200);
  });
});

describe('while nobody answers', () => {
  class Deaf extends EventSource {
    hears = true;
    override isFollowing(): boolean {
      return this.hears;
    }
  }

  test('tokens stand as long as events arrive, and what is known to be revoked stays so', async () => {
    desk.revoke('SUBJECT', 'usr_1');
    const gateway = await start({ pollMs: 5, blindMs: 30 });
    const [revoked, good] = [await bearer(gateway, { userId: 'usr_1' }), await bearer(gateway)];
    expect(await ask(gateway, good)).toEqual(stands);
    desk.isAway = true;
    const { length } = desk.questions;
    const askedOnFor = (times: number) => until(() => desk.questions.length > length + times);
    await askedOnFor(20);
    expect([await ask(gateway, good), await ask(gateway, revoked)]).toEqual([stands, refused]);
  });

  test('tokens stand for a while without events, then they are refused, and stand again when somebody answers', async () => {
    const tail = new Deaf();
    const gateway = await start({ pollMs: 5, blindMs: 200 }, { tail });
    const token = await bearer(gateway);
    expect(await ask(gateway, token)).toEqual(stands);
    tail.hears = false;
    desk.isAway = true;
    expect(await ask(gateway, token)).toEqual(stands);
    await until(async () => (await ask(gateway, token))[0] === 503);
    expect(await ask(gateway, token)).toEqual([503, 'UPSTREAM_UNAVAILABLE']);
    desk.isAway = false;
    await until(async () => (await ask(gateway, token))[0] === 200);
  });

  test('an event that tells of a revocation nobody can name makes tokens end after that while', async () => {
    const gateway = await start({ pollMs: 5, blindMs: 100 });
    const token = await bearer(gateway);
    expect(await ask(gateway, token)).toEqual(stands);
    desk.isAway = true;
    tellOfIt(gateway);
    await until(async () => (await ask(gateway, token))[0] === 503);
  });
});

describe('every other way in', () => {
  test('a socket is closed with 4403 without any event, and not opened again', async () => {
    const gateway = await start({ pollMs: 10 });
    const person = { userId: 'usr_1' };
    const [socket, other] = [await openSocket(gateway, reader, person), await openSocket(gateway)];
    desk.revoke('SUBJECT', 'usr_1');
    expect(await socket.closed).toEqual({ code: 4403, reason: 'Token revoked' });
    await expect(openSocket(gateway, reader, person)).rejects.toThrow('4401');
    other.subscribe('1', 'subscription { caseChanged { id } }');
    other.close();
  });

  test('a tool call is refused', async () => {
    const persisted = new PersistedDocuments({
      ...{ only: 'off', clients: new Set<string>(), automaticLength: 0, count: () => undefined },
    });
    desk.revoke('SUBJECT', 'usr_1');
    const gateway = await start({}, { persisted });
    const connect = async (options: TokenOptions): Promise<void> => {
      const requestInit = { headers: { authorization: await bearer(gateway, options) } };
      const client = new Client({ name: 'test', version: '1' });
      await client.connect(new StreamableHTTPClientTransport(new URL(`${gateway.url}/mcp`), { requestInit }));
      await client.close();
    };
    await expect(connect({ userId: 'usr_1' })).rejects.toThrow('The token has been revoked');
    await expect(connect({ userId: 'usr_2' })).resolves.toBeUndefined();
  });
});

test('a revocation is forgotten when its last token has ended by itself', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'setInterval'] });
  try {
    const gateway = await start({ pollMs: 10_000 });
    const gauge = async (): Promise<string | undefined> =>
      /^gateway_revocations (\d+)$/m.exec(await (await fetch(`${gateway.url}/metrics`)).text())?.[1];
    desk.revoke('TOKEN', 'token-1', { endsAtMs: Date.now() + hourMs });
    desk.revoke('TOKEN', 'token-2', { endsAtMs: Date.now() + 3 * hourMs });
    tellOfIt(gateway);
    await until(async () => (await gauge()) === '2');
    jest.setSystemTime(Date.now() + 2 * hourMs);
    tellOfIt(gateway);
    await until(async () => (await gauge()) === '1');
  } finally {
    jest.useRealTimers();
  }
});
