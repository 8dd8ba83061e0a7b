import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Redis } from 'ioredis';
import { DomainError } from '#shared/errors';
import { newId } from '#shared/ids';
import { silentLogger } from '#shared/logging';
import { describeEachOn } from '#shared/test-services';
import {
  consumeOnce,
  DeadLetterRow,
  inProcessTransport,
  OutboxRelay,
  redisStreamsTransport,
  type EventTransport,
  type PlatformEvent,
} from '#shared/events';
import { caseUpdated, Effect, openSqlite, until, type FixtureDatabase } from './events.fixture';

const url = 'redis://127.0.0.1:6379';
const retries = { maxAttempts: 3, firstRetryMs: 20 };

interface Adapter {
  readonly create: (prefix: string) => EventTransport;
  readonly deadLetters: (
    prefix: string,
    database: FixtureDatabase,
  ) => Promise<{ eventId: string; reasonCode: string }[]>;
}

const adapters: Record<string, Adapter> = {
  'in process': {
    create: () => inProcessTransport(),
    deadLetters: (_prefix, { dataSource }) => dataSource.getRepository(DeadLetterRow).find(),
  },
  'Redis Streams': {
    create: (prefix) =>
      redisStreamsTransport({ url, prefix, partitions: 2, maxDeliveries: 3, firstRetryMs: 20, leaseMs: 2_000 }),
    deadLetters: async (prefix) => {
      const redis = new Redis(url);
      const entries = await redis.xrange(`${prefix}:dead-letters`, '-', '+');
      redis.disconnect();
      return entries.map(([, [, event = '', , , , reasonCode = '']]) => ({
        eventId: (JSON.parse(event) as PlatformEvent).id,
        reasonCode,
      }));
    },
  },
};

describeEachOn(adapters, 'the transport %s', (name, adapter) => {
  let prefix: string;
  let database: FixtureDatabase;
  let transport: EventTransport;
  let relay: OutboxRelay;

  beforeEach(async () => {
    prefix = `test-${randomBytes(6).toString('hex')}`;
    database = await openSqlite();
    transport = adapter.create(prefix);
    const { dataSource } = database;
    // A poll this long means that whatever arrives, arrives because of a wake-up.
    relay = new OutboxRelay({ dataSource, transport, log: silentLogger, pollMs: 600_000, ...retries });
  });

  afterEach(async () => {
    await relay.stop();
    await transport.close();
    await database.close();
    if (name === 'Redis Streams') await forget(prefix);
  });

  const announce = async (...caseIds: string[]): Promise<PlatformEvent[]> => {
    const events: PlatformEvent[] = [];
    await database.dataSource.transaction(async (manager) => {
      for (const caseId of caseIds) events.push(await caseUpdated(manager, caseId));
    });
    relay.wake();
    return events;
  };

  const idsOf = (events: readonly PlatformEvent[]): string[] => events.map(({ id }) => id);

  test('brings each event to every group, and within a group to one member', async () => {
    const seen: Record<string, string[]> = { first: [], second: [] };
    for (const group of ['first', 'first', 'second']) {
      await transport.subscribe(group, ['clinical.case.updated'], (event) => {
        seen[group]?.push(event.id);
        return Promise.resolve();
      });
    }
    await transport.subscribe('other types', ['clinical.case.closed'], () => Promise.reject(new Error('not for me')));
    relay.start();
    const events = await announce(...Array.from({ length: 20 }, () => newId('case')));
    await until(() => seen['first']?.length === 20 && seen['second']?.length === 20);
    expect(seen['first']?.sort()).toEqual(idsOf(events).sort());
    expect(seen['second']?.sort()).toEqual(idsOf(events).sort());
  });

  test('keeps the order within each aggregate, through failures too', async () => {
    const seen: PlatformEvent[] = [];
    const failed = new Set<string>();
    const cases = [newId('case'), newId('case'), newId('case')];
    await transport.subscribe('reader', ['clinical.case.updated'], async (event) => {
      await new Promise(setImmediate);
      const isThird = Number(BigInt(`0x${Buffer.from(event.id.slice(-4)).toString('hex')}`) % 3n) === 0;
      if (isThird && !failed.has(event.id)) {
        failed.add(event.id);
        throw new Error('once');
      }
      seen.push(event);
    });
    relay.start();
    const events = await announce(...Array.from({ length: 30 }, (_, position) => cases[position % 3] ?? ''));
    await until(() => seen.length === 30);
    for (const caseId of cases) {
      const own = (list: readonly PlatformEvent[]): string[] =>
        idsOf(list.filter(({ resourceId }) => resourceId === caseId));
      expect(own(seen)).toEqual(own(events));
    }
  });

  test('delivers again until the handler succeeds, and takes effect once', async () => {
    let deliveries = 0;
    await transport.subscribe('writer', ['clinical.case.updated'], async (event) => {
      deliveries++;
      await database.dataSource.transaction(async (manager) => {
        await consumeOnce(manager, 'writer', event, async () => {
          await manager.insert(Effect, { id: newId('aud'), eventId: event.id });
        });
      });
      if (deliveries < 3) throw new Error('lost after the commit');
    });
    relay.start();
    await announce(newId('case'));
    await until(async () => deliveries === 3 && (await relay.lag()).pending === 0);
    expect(await database.dataSource.getRepository(Effect).count()).toBe(1);
  });

  test('puts a poison event aside with its reason, and neither its own nor other cases wait for ever', async () => {
    const [poisoned, healthy] = [newId('case'), newId('case')];
    const seen: string[] = [];
    let poison = '';
    await transport.subscribe('reader', ['clinical.case.updated'], (event) => {
      if (event.resourceId === poisoned && poison === '') poison = event.id;
      if (event.id === poison) return Promise.reject(new DomainError('CONFLICT', 'Never'));
      seen.push(event.id);
      return Promise.resolve();
    });
    relay.start();
    const [first, second, third] = idsOf(await announce(poisoned, healthy, poisoned));
    await until(() => seen.length === 2);
    expect(seen).toEqual([second, third]);
    const letters = await adapter.deadLetters(prefix, database);
    expect(letters.map(({ eventId, reasonCode }) => ({ eventId, reasonCode }))).toEqual([
      { eventId: first, reasonCode: 'CONFLICT' },
    ]);
  });

  test('tells listeners of every event until they leave', async () => {
    const heard: string[] = [];
    const leave = transport.tail((event) => heard.push(event.id));
    transport.tail(() => {
      throw new Error('a broken listener');
    });
    relay.start();
    const events = await announce(newId('case'), newId('case'));
    await until(() => heard.length === 2);
    expect(heard.sort()).toEqual(idsOf(events).sort());
    leave();
    await announce(newId('case'));
    await until(async () => (await relay.lag()).pending === 0);
    expect(heard).toHaveLength(2);
  });

  test('says that it is up and that tails follow it, and neither once closed', async () => {
    transport.tail(() => undefined);
    await until(() => transport.isFollowing());
    expect(await transport.health()).toEqual({ status: 'up' });
    await transport.close();
    expect(await transport.health()).toEqual({ status: 'down' });
    expect(transport.isFollowing()).toBe(false);
  });

  test('hands a member that leaves over to those that stay', async () => {
    const seen: string[] = [];
    const handler = (event: PlatformEvent): Promise<void> => {
      seen.push(event.id);
      return Promise.resolve();
    };
    const leaving = await transport.subscribe('reader', ['clinical.case.updated'], handler);
    await transport.subscribe('reader', ['clinical.case.updated'], handler);
    await leaving.stop();
    relay.start();
    const events = await announce(...Array.from({ length: 8 }, () => newId('case')));
    await until(() => seen.length === 8);
    expect(seen.sort()).toEqual(idsOf(events).sort());
  });

  if (name !== 'Redis Streams') return;

  test('follows no broker that has fallen silent, until it speaks again', async () => {
    const wire = await openWire();
    const far = redisStreamsTransport({ url: wire.url, prefix, partitions: 2 });
    const heard: string[] = [];
    far.tail((event) => heard.push(event.id));
    await until(() => far.isFollowing());
    wire.silence();
    await until(() => !far.isFollowing());
    relay.start();
    const missed = await announce(newId('case'));
    await until(async () => (await relay.lag()).pending === 0);
    wire.mend();
    await until(() => far.isFollowing());
    expect(heard).toEqual(idsOf(missed));
    await far.close();
    wire.close();
  });

  test('loses nothing when its connections are killed', async () => {
    const seen = new Set<string>();
    const heard = new Set<string>();
    transport.tail((event) => heard.add(event.id));
    await transport.subscribe('reader', ['clinical.case.updated'], (event) => {
      seen.add(event.id);
      return Promise.resolve();
    });
    await relay.stop();
    const { dataSource } = database;
    relay = new OutboxRelay({ dataSource, transport, log: silentLogger, pollMs: 50, ...retries });
    relay.start();
    const admin = new Redis(url);
    const events: PlatformEvent[] = [];
    for (let round = 0; round < 5; round++) {
      events.push(...(await announce(newId('case'), newId('case'), newId('case'))));
      const own = await admin.client('ID');
      const list = (await admin.client('LIST')) as string;
      const mine = list.split('\n').filter((line) => line.includes('cmd=xread') || line.includes('cmd=exec'));
      for (const line of mine) {
        const id = /^id=(\d+)/.exec(line)?.[1] ?? '';
        if (id !== String(own)) await admin.client('KILL', 'ID', id);
      }
    }
    admin.disconnect();
    await until(() => seen.size === 15 && heard.size === 15);
    expect([...seen].sort()).toEqual(idsOf(events).sort());
  });
});

/** A way to Redis that can fall silent without being closed, as a network does. */
async function openWire(): Promise<{ url: string; silence: () => void; mend: () => void; close: () => void }> {
  const ends: Socket[] = [];
  const server = createServer((near) => {
    const far = connect(6379, '127.0.0.1');
    ends.push(near, far);
    for (const end of [near, far]) end.on('error', () => undefined);
    near.pipe(far).pipe(near);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const each = (change: (end: Socket) => void) => (): void => {
    for (const end of ends) change(end);
  };
  return {
    url: `redis://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    silence: each((end) => end.unpipe().pause()),
    mend: () => {
      for (let index = 0; index < ends.length; index += 2) {
        const [near, far] = ends.slice(index, index + 2);
        if (near && far) near.pipe(far).pipe(near);
      }
    },
    close: () => {
      server.close();
      each((end) => end.destroy())();
    },
  };
}

async function forget(prefix: string): Promise<void> {
  const redis = new Redis(url);
  const keys = [...(await redis.keys(`${prefix}:*`)), ...(await redis.keys(`{${prefix}:*`))];
  if (keys.length > 0) await redis.del(...keys);
  redis.disconnect();
}
