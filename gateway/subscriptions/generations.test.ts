import { defaultSubscriptionLimits } from '.';
import { composeSupergraph, loadSupergraph } from '../supergraph';
import { clinicTypeDefs } from '../testing/clinic';
import { type RawSocket } from '../testing/socket-client';
import { type TestGateway, clinicSubgraphs, clinicSupergraph, startTestGateway } from '../testing/test-gateway';
import { caseChanged, openSocket, organisationId, resultsOf, until, untilListening } from '../testing/live-clients';

const retireAfterMs = 2_000;

let gateway: TestGateway;
const sockets: RawSocket[] = [];

beforeEach(async () => {
  gateway = await startTestGateway({
    config: { subscriptionLimits: { ...defaultSubscriptionLimits, retireAfterMs } },
  });
  await gateway.listen();
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.close();
  await gateway.close();
});

async function open(): Promise<RawSocket> {
  const socket = await openSocket(gateway);
  sockets.push(socket);
  return socket;
}

/** Serves the clinic with other type definitions of its first subgraph. */
function reload(change: (typeDefs: string) => string): void {
  const typeDefs = change(clinicTypeDefs.clinical);
  const [clinical, ...others] = clinicSubgraphs;
  gateway.reload(loadSupergraph(composeSupergraph([...(clinical ? [{ ...clinical, typeDefs }] : []), ...others])));
}

const announce = (resourceId: string): void => {
  gateway.events.announce({ organisationId, resourceId });
};

test('a subscription goes on in the supergraph it began in, even one whose field has gone, until it is retired', async () => {
  const socket = await open();
  socket.subscribe('1', caseChanged);
  await untilListening(gateway, 1);
  reload((typeDefs) => typeDefs.replace('caseChanged(caseId: ID): Case', 'caseMoved(caseId: ID): Case'));
  announce('c1');
  await until(() => resultsOf(socket).length === 1);
  socket.subscribe('2', caseChanged);
  expect(await socket.until(({ id }) => id === '2')).toMatchObject({
    type: 'error',
    payload: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
  });
  expect(await socket.until(({ id, type }) => id === '1' && type === 'error')).toMatchObject({
    payload: [{ extensions: { code: 'SUBSCRIPTION_RETIRED' } }],
  });
  await untilListening(gateway, 0);
  gateway.reload(clinicSupergraph);
  announce('c2');
  socket.subscribe('3', caseChanged, { resumeFrom: resultsOf(socket)[0]?.cursor });
  await until(() => resultsOf(socket, '3').length === 1);
  expect(resultsOf(socket, '3')[0]?.caseId).toBe('c2');
});

test('new subscriptions begin in the new supergraph, on the sockets that are there', async () => {
  const socket = await open();
  socket.subscribe('old', caseChanged);
  await untilListening(gateway, 1);
  reload((typeDefs) => typeDefs.replace('title: String!', 'title: String! heading: String'));
  socket.subscribe('new', 'subscription { caseChanged { id heading } }');
  await untilListening(gateway, 2);
  announce('c1');
  expect(await socket.until(({ id, type }) => id === 'new' && type === 'next')).toMatchObject({
    payload: { data: { caseChanged: { id: 'c1', heading: null } } },
  });
  await until(() => resultsOf(socket, 'old').length === 1);
});

test('subscriptions are retired one after the other, and those that end by themselves leave nothing behind', async () => {
  const socket = await open();
  const ids = Array.from({ length: 8 }, (_, index) => String(index));
  for (const id of ids) socket.subscribe(id, caseChanged);
  await untilListening(gateway, 8);
  const reloadedAt = performance.now();
  gateway.reload(loadSupergraph(composeSupergraph(clinicSubgraphs)));
  gateway.reload(loadSupergraph(composeSupergraph(clinicSubgraphs)));
  socket.send({ type: 'complete', id: '7' });
  await socket.until(({ type }) => type === 'error');
  expect(performance.now() - reloadedAt).toBeGreaterThanOrEqual(retireAfterMs / 2);
  announce('late');
  const errors = (): unknown[] => socket.messages.filter(({ type }) => type === 'error').map(({ id }) => id);
  await until(() => errors().length === 7);
  expect(errors()).toEqual(ids.slice(0, 7));
  // The last one was still there when the first had gone.
  expect(resultsOf(socket, '6').map(({ caseId }) => caseId)).toEqual(['late']);
  expect(resultsOf(socket, '0')).toEqual([]);
  await untilListening(gateway, 0);
});
