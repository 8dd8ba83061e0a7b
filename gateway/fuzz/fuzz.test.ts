import { setTimeout as pause } from 'node:timers/promises';
import { Pool } from 'undici';
import { Chance } from './chance';
import { readFuzzConfig } from './config';
import { GatewayProcess } from './gateway-process';
import { request } from './requests';
import { fuzzConnection, fuzzSocket } from './sockets';
import { faultOf } from './verdict';

const { inputs, seed } = readFuzzConfig();
const connections = 24;
const warmUp = Math.floor(inputs / 4);
/** More, and longer ones, than the gateway keeps prepared: what grows after that is a leak. */
const distinctOperations = 1_200;
const longSelection = '... on Patient { legacyId ... on Person { id name } } '.repeat(18);
const mostFaults = 10;
const askEveryMs = 10;

let gateway: GatewayProcess;
let pool: Pool;
let faults: string[];

beforeAll(async () => {
  gateway = await GatewayProcess.start();
  pool = new Pool(gateway.url, { connections, pipelining: 1 });
  faults = [];
});

afterAll(async () => {
  await pool.destroy();
  await gateway.stop();
});

/** Each input has a number, and is made of nothing but that and the seed. */
async function send(input: number): Promise<void> {
  const chance = new Chance(Math.imul(input, 2_654_435_761) ^ seed);
  const kind = chance.below(100);
  let fault: string | null;
  if (kind < 2) fault = await fuzzConnection(gateway.url, chance);
  else if (kind < 6) fault = await fuzzSocket(gateway.url, chance, gateway.credentials);
  else fault = await sendRequest(chance);
  if (fault !== null) faults.push(`input ${String(input)} of seed ${String(seed)}: ${fault}`);
}

async function sendRequest(chance: Chance): Promise<string | null> {
  const { method, path, headers, body } = request(chance, gateway.credentials);
  const fault = await pool
    .request({ method, path, headers, body })
    .then(async ({ statusCode: status, headers: { 'content-type': type }, body: answer }) =>
      faultOf({ status, type: String(type ?? ''), body: await answer.text() }),
    )
    // Of a head above 16 KB the gateway reads no more than that: its 431 may be lost when it closes on what is unread.
    .catch((error: unknown) => (isLong(path, headers) ? null : `no answer: ${String(error)}`));
  return fault === null
    ? null
    : `${fault}\n${method} ${path} ${JSON.stringify(headers)}\n${String(body).slice(0, 2_000)}`;
}

function isLong(path: string, headers: Readonly<Record<string, string>>): boolean {
  return path.length + Object.entries(headers).flat().join().length > 15_000;
}

async function sendAll(from: number, to: number): Promise<void> {
  let next = from;
  const work = async (): Promise<void> => {
    while (next < to && faults.length < mostFaults && gateway.isAlive) await send(next++);
  };
  await Promise.all(Array.from({ length: connections }, work));
}

async function fillCaches(): Promise<void> {
  const headers = { 'content-type': 'application/json', authorization: gateway.credentials.bearer };
  for (let turn = 0; turn < distinctOperations; turn++) {
    const query = `query Q${String(turn)} { people { ${longSelection} } }`;
    const answer = await pool.request({ method: 'POST', path: '/graphql', headers, body: JSON.stringify({ query }) });
    await answer.body.dump();
  }
}

/** Somebody who only wants a plain answer, all the while. */
function standBy(): { stop: () => Promise<void> } {
  const other = new Pool(gateway.url, { connections: 1 });
  const headers = { 'content-type': 'application/json', authorization: gateway.credentials.bearer };
  const over = new AbortController();
  const asking = (async () => {
    while (!over.signal.aborted) {
      const answer = await other.request({ method: 'POST', path: '/graphql', headers, body: '{"query":"{ ping }"}' });
      const text = await answer.body.text();
      if (text !== '{"data":{"ping":"pong"}}') faults.push(`the bystander was told ${text}`);
      await pause(askEveryMs);
    }
  })();
  return {
    stop: async () => {
      over.abort();
      await asking;
      await other.destroy();
    },
  };
}

test(`takes ${String(inputs)} inputs without failing, leaking, stalling others or growing`, async () => {
  await sendAll(0, warmUp);
  await fillCaches();
  const before = await gateway.state();
  const bystander = standBy();
  await sendAll(warmUp, inputs);
  await bystander.stop();
  expect(faults).toEqual([]);
  expect(gateway.isAlive).toBe(true);
  const after = await gateway.state();
  expect(after.longestTurnMs).toBeLessThan(1_000);
  expect(after.heapUsed).toBeLessThan(1.1 * before.heapUsed);
  expect(after.rss).toBeLessThan(1.25 * before.rss);
}, 600_000);
