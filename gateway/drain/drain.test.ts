import { type Server, type ServerResponse, createServer } from 'node:http';
import { type AddressInfo, type Socket, connect } from 'node:net';
import { once } from 'node:events';
import { Pool } from 'undici';
import { RawSocket } from '../testing/socket-client';
import { startTestGateway } from '../testing/test-gateway';
import { ConnectionDrain } from '.';

/** A server whose answers the test gives by hand, or at once. */
class Place {
  readonly waiting: ServerResponse[] = [];
  answersAtOnce = true;
  readonly server: Server = createServer((_request, response) => {
    if (this.answersAtOnce) response.end('done');
    else this.waiting.push(response);
  });
  readonly connections = new ConnectionDrain(this.server);

  async listen(): Promise<string> {
    this.server.keepAliveTimeout = 60_000;
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${String(this.port)}`;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }
}

/** Asks without a pause on one connection until the server has closed. */
async function load(pool: Pool, counts: { answered: number; failed: unknown[] }): Promise<void> {
  for (;;) {
    try {
      const response = await pool.request({ path: '/', method: 'POST', body: 'x' });
      await response.body.text();
      counts.answered++;
    } catch (error) {
      // Not taken, and so free to go elsewhere: the one thing a client may see of a server that leaves.
      if ((error as { code?: string }).code === 'ECONNREFUSED') return;
      counts.failed.push(error);
      return;
    }
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

test('a gateway says that it leaves while it still answers, then takes nothing more', async () => {
  const gateway = await startTestGateway({ config: { drain: { delayMs: 1_500, idleMs: 0, graceMs: 5_000 } } });
  await gateway.listen();
  const { url } = gateway;
  const viewer = await RawSocket.open(gateway.url);
  const closed = gateway.close();
  const ready = await fetch(`${gateway.url}/health/ready`);
  expect([ready.status, await ready.json()]).toEqual([503, { status: 'draining' }]);
  expect(await gateway.post({ query: '{ ping }' })).toMatchObject({ status: 200, data: { ping: 'pong' } });
  await closed;
  expect((await viewer.closed).code).toBe(1001);
  await expect(fetch(`${url}/health/live`)).rejects.toThrow('fetch failed');
});

describe('connections', () => {
  let place: Place;
  let url: string;

  beforeEach(async () => {
    place = new Place();
    url = await place.listen();
  });

  afterEach(() => {
    place.server.closeAllConnections();
  });

  test('fails no request of clients that keep asking over kept connections', async () => {
    const counts = { answered: 0, failed: [] as unknown[] };
    const pools = Array.from({ length: 16 }, () => new Pool(url, { connections: 1, pipelining: 1 }));
    const clients = pools.map((pool) => load(pool, counts));
    await until(() => counts.answered > 500);
    await place.connections.drain({ delayMs: 0, idleMs: 1_000, graceMs: 10_000 });
    await Promise.all(clients);
    await Promise.all(pools.map((pool) => pool.destroy()));
    expect(counts.failed).toEqual([]);
  });

  test('waits for the request in hand and asks its client to close', async () => {
    place.answersAtOnce = false;
    const answer = fetch(url);
    await until(() => place.waiting.length === 1);
    const drained = place.connections.drain({ delayMs: 0, idleMs: 0, graceMs: 10_000 });
    place.waiting[0]?.end('at last');
    const response = await answer;
    expect([response.headers.get('connection'), await response.text()]).toEqual(['close', 'at last']);
    await drained;
    expect(place.server.listening).toBe(false);
  });

  test('answers a request that was on its way over an idle connection', async () => {
    const socket = await dial();
    const drained = place.connections.drain({ delayMs: 0, idleMs: 1_000, graceMs: 10_000 });
    socket.write('GET / HTTP/1.1\r\nhost: here\r\n\r\n');
    const [head] = (await once(socket, 'data')) as [Buffer];
    expect(head.toString()).toMatch(/^HTTP\/1\.1 200 OK\r\n(?:.+\r\n)*Connection: close\r\n/);
    await drained;
  });

  test('closes connections that stay idle', async () => {
    const socket = await dial();
    socket.resume();
    const closed = once(socket, 'end');
    await place.connections.drain({ delayMs: 0, idleMs: 50, graceMs: 10_000 });
    await closed;
  });

  test('cuts off what outlasts the grace', async () => {
    place.answersAtOnce = false;
    const answer = fetch(url);
    await until(() => place.waiting.length === 1);
    await place.connections.drain({ delayMs: 0, idleMs: 0, graceMs: 100 });
    await expect(answer).rejects.toThrow('fetch failed');
  });

  async function dial(): Promise<Socket> {
    const accepted = once(place.server, 'connection');
    const socket = connect(place.port, '127.0.0.1');
    await Promise.all([once(socket, 'connect'), accepted]);
    return socket;
  }
});
