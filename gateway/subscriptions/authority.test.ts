import { defaultSubscriptionLimits } from '.';
import { composeSupergraph, loadSupergraph } from '../supergraph';
import { RevocationDesk } from '../testing/revocation-desk';
import { type RawSocket } from '../testing/socket-client';
import { clinicTypeDefs } from '../testing/clinic';
import { type TestGateway, clinicSubgraphs, startTestGateway } from '../testing/test-gateway';
import { type TokenOptions } from '../testing/tokens';
import {
  caseChanged,
  openSocket,
  organisationId,
  reader,
  resultsOf,
  until,
  untilListening,
} from '../testing/live-clients';

/** What is decided anew for every event, and what viewers may share of it. */

const withText = 'subscription($id: ID) { caseChanged(caseId: $id) { id reviews { text } } }';
const revocations = new RevocationDesk();
const policies = new Set<string>();
let gateway: TestGateway;
const sockets: RawSocket[] = [];

beforeAll(async () => {
  gateway = await startTestGateway({
    config: { subscriptionLimits: { ...defaultSubscriptionLimits, keepAliveMs: 60_000 } },
    revocations,
    evaluatePolicies: (names) => Promise.resolve(new Set(names.filter((name) => policies.has(name)))),
  });
  const [clinical, ...others] = clinicSubgraphs;
  const typeDefs = clinicTypeDefs.clinical
    .replace('"@requiresScopes", ', '"@requiresScopes", "@policy", ')
    .replace(
      'unbound: Case @authenticated',
      'guarded: Case @policy(policies: [["on-duty"]]) @onEvent(types: "clinical.case.*")',
    );
  gateway.reload(loadSupergraph(composeSupergraph([...(clinical ? [{ ...clinical, typeDefs }] : []), ...others])));
  await gateway.listen();
});

beforeEach(() => {
  policies.clear();
  gateway.calls.length = 0;
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.close();
  await untilListening(gateway, 0);
});

afterAll(async () => {
  await gateway.close();
});

async function open(scopes = reader, options: TokenOptions = {}): Promise<RawSocket> {
  const socket = await openSocket(gateway, scopes, options);
  sockets.push(socket);
  return socket;
}

const announce = (resourceId: string): void => {
  gateway.events.announce({ organisationId, resourceId });
};

/** How often the owner of the field was asked. */
const questions = (): number => gateway.calls.filter(({ event }) => event !== undefined).length;

describe('viewers share the answer to an event', () => {
  test('when they are the same person with the same rights and ask for the same', async () => {
    const viewers = await Promise.all(Array.from({ length: 5 }, () => open()));
    for (const socket of viewers) for (const id of ['1', '2']) socket.subscribe(id, caseChanged);
    await untilListening(gateway, 10);
    announce('c1');
    for (const socket of viewers) {
      await until(() => resultsOf(socket, '1').length === 1 && resultsOf(socket, '2').length === 1);
    }
    expect(questions()).toBe(1);
    announce('c2');
    for (const socket of viewers) await until(() => resultsOf(socket, '2').length === 2);
    expect(questions()).toBe(2);
  });

  test.each<[string, TokenOptions, typeof reader]>([
    ['another person', { userId: 'usr_other' }, reader],
    ['another client of the person', { clientId: 'cli_other' }, reader],
    ['less scopes', {}, ['clinical:cases:read']],
  ])('and never with %s', async (...[, options, scopes]) => {
    const [one, other] = [await open(), await open(scopes, options)];
    for (const socket of [one, other]) socket.subscribe('1', withText);
    await untilListening(gateway, 2);
    announce('c1');
    for (const socket of [one, other]) await until(() => resultsOf(socket).length === 1);
    expect(questions()).toBe(2);
    const asked = gateway.calls
      .filter(({ event }) => event)
      .map(({ actor }) => [actor?.subject, actor?.clientId, actor?.scopes.size]);
    expect(new Set(asked.map(String)).size).toBe(2);
  });

  test('and not with other variables', async () => {
    const socket = await open();
    socket.send({ type: 'subscribe', id: '1', payload: { query: withText, variables: { id: 'c1' } } });
    socket.send({ type: 'subscribe', id: '2', payload: { query: withText, variables: {} } });
    await untilListening(gateway, 2);
    announce('c1');
    await until(() => resultsOf(socket, '1').length === 1 && resultsOf(socket, '2').length === 1);
    expect(questions()).toBe(2);
  });
});

test('a revoked token closes the socket with 4403 at once, and nothing more is sent', async () => {
  const person = { userId: 'usr_revoked' };
  const socket = await open(reader, person);
  socket.subscribe('1', caseChanged);
  await untilListening(gateway, 1);
  revocations.revoke('SUBJECT', person.userId);
  gateway.events.announce({ organisationId, resourceId: 'r1', type: 'auth.access.ended' });
  expect(await socket.closed).toEqual({ code: 4403, reason: 'Token revoked' });
  expect(resultsOf(socket)).toEqual([]);
  announce('c1');
  expect(questions()).toBe(0);
  await expect(open(reader, person)).rejects.toThrow('4401');
});

test('a policy that does not hold any more ends the subscription at the next event', async () => {
  policies.add('on-duty');
  const socket = await open();
  socket.subscribe('1', 'subscription { guarded { id } }');
  await untilListening(gateway, 1);
  policies.clear();
  announce('c1');
  expect(await socket.until(({ id }) => id === '1')).toMatchObject({
    type: 'error',
    payload: [{ extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }],
  });
  expect(questions()).toBe(0);
  socket.subscribe('2', 'subscription { guarded { id } }');
  expect(await socket.until(({ id }) => id === '2')).toMatchObject({ type: 'error' });
});
