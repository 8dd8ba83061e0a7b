import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { newId } from '#shared/ids';
import { silentLogger } from '#shared/logging';
import { describeEachOn } from '#shared/test-services';
import {
  inProcessTransport,
  OutboxRelay,
  redisStreamsTransport,
  type EventTransport,
  type PlatformEvent,
} from '#shared/events';
import { caseUpdated, openSqlite, until, type FixtureDatabase } from './events.fixture';

const url = 'redis://127.0.0.1:6379';
const everything = (): boolean => true;

/** Transports of the same streams, or, with an outbox, of the same database: one after the other, as over a restart. */
const adapters: Record<string, (prefix: string) => EventTransport> = {
  'in process': () => inProcessTransport(),
  'Redis Streams': (prefix) => redisStreamsTransport({ url, prefix, partitions: 4 }),
};

describeEachOn(adapters, 'a tail of the transport %s', (name, create) => {
  let prefix: string;
  let database: FixtureDatabase;
  let transport: EventTransport;
  let relay: OutboxRelay;
  const cases = Array.from({ length: 7 }, () => newId('case'));

  beforeEach(async () => {
    prefix = `test-${randomBytes(6).toString('hex')}`;
    database = await openSqlite();
    open();
  });

  afterEach(async () => {
    await close();
    await database.close();
    if (name === 'Redis Streams') await withStreams((redis, keys) => redis.del(...keys));
  });

  function open(retentionMs = 86_400_000): void {
    transport = create(prefix);
    relay = new OutboxRelay({ dataSource: database.dataSource, transport, log: silentLogger, retentionMs });
    relay.start();
  }

  async function close(): Promise<void> {
    await relay.stop();
    await transport.close();
  }

  async function restart(retentionMs?: number): Promise<void> {
    await close();
    open(retentionMs);
  }

  async function withStreams(work: (redis: Redis, keys: string[]) => Promise<unknown>): Promise<void> {
    const redis = new Redis(url);
    const keys = [...(await redis.keys(`{${prefix}:*`)), ...(await redis.keys(`${prefix}:*`))];
    if (keys.length > 0) await work(redis, keys);
    redis.disconnect();
  }

  /** @returns once all of them are with the transport */
  async function announce(count: number): Promise<PlatformEvent[]> {
    const events: PlatformEvent[] = [];
    await database.dataSource.transaction(async (manager) => {
      for (let turn = 0; turn < count; turn++)
        events.push(await caseUpdated(manager, cases[turn % cases.length] ?? ''));
    });
    relay.wake();
    await until(async () => (await relay.lag()).pending === 0);
    return events;
  }

  /** Hears everything from now on, with cursors. */
  async function listen(): Promise<{ ids: string[]; cursors: string[] }> {
    const heard = { ids: [] as string[], cursors: [] as string[] };
    transport.tail(({ id }, cursor) => {
      heard.ids.push(id);
      heard.cursors.push(cursor);
    });
    await until(() => transport.position() !== null);
    return heard;
  }

  /** What a subscriber gets that goes on after a cursor: first what it has missed, then what happens. */
  async function resume(
    after: string,
    wants: (event: PlatformEvent) => boolean = everything,
  ): Promise<PlatformEvent[]> {
    const got: PlatformEvent[] = [];
    const caughtUp = (): void => {
      transport.tail((event) => {
        if (wants(event)) got.push(event);
      });
    };
    for await (const { event } of transport.replay(after, { wants, caughtUp })) {
      got.push(event);
      // As a subscriber does, who takes a while for each.
      await new Promise(setImmediate);
    }
    return got;
  }

  const idsOf = (events: readonly PlatformEvent[]): string[] => events.map(({ id }) => id);
  const ofCase = (events: readonly PlatformEvent[], caseId: string): string[] =>
    idsOf(events.filter(({ resourceId }) => resourceId === caseId));

  function expectSame(got: readonly PlatformEvent[], wanted: readonly PlatformEvent[]): void {
    expect(idsOf(got).sort()).toEqual(idsOf(wanted).sort());
    for (const caseId of cases) expect(ofCase(got, caseId)).toEqual(ofCase(wanted, caseId));
  }

  test('goes on after a cursor while events come in, with none lost and none twice', async () => {
    const heard = await listen();
    const before = await announce(40);
    await until(() => heard.ids.length === before.length);
    const publishing = (async () => {
      const all: PlatformEvent[] = [];
      for (let turn = 0; turn < 12; turn++) all.push(...(await announce(10)));
      return all;
    })();
    const places = [0, 7, 20, 39];
    const resumed = await Promise.all(places.map((place) => resume(heard.cursors[place] ?? '')));
    const during = await publishing;
    for (const [index, place] of places.entries()) {
      const seen = new Set(heard.ids.slice(0, place + 1));
      const missed = [...before, ...during].filter(({ id }) => !seen.has(id));
      await until(() => resumed[index]?.length === missed.length);
      expectSame(resumed[index] ?? [], missed);
    }
  });

  test('goes on after a restart from what is kept, longer than a page of it, and only with what is wanted', async () => {
    const heard = await listen();
    const first = await announce(3);
    await until(() => heard.ids.length === first.length);
    const seen = heard.ids.slice(0, 2);
    const missed = [...first.filter(({ id }) => !seen.includes(id)), ...(await announce(1_300))];
    await restart();
    const got = await resume(heard.cursors[1] ?? '');
    expectSame(got, missed);
    const wanted = await resume(heard.cursors[1] ?? '', ({ resourceId }) => resourceId === cases[1]);
    expect(idsOf(wanted)).toEqual(ofCase(missed, cases[1] ?? ''));
    const later = await announce(5);
    await until(() => got.length === missed.length + later.length);
    expectSame(got, [...missed, ...later]);
  });

  test('has nothing to replay after its present position', async () => {
    await listen();
    const position = transport.position() ?? '';
    expect(await resume(position)).toEqual([]);
    const got = await resume(position);
    const events = await announce(4);
    await until(() => got.length === 4);
    expectSame(got, events);
  });

  test('refuses what is no cursor of its own', async () => {
    await listen();
    for (const cursor of ['', 'p', 'r', 'nonsense', 'pAQ', 'rAQEB', `r${'_'.repeat(5_000)}`, 'p_____________w']) {
      await expect(resume(cursor)).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
    }
  });

  test('refuses a cursor when more has happened since than is kept', async () => {
    const heard = await listen();
    await announce(60);
    await until(() => heard.ids.length === 60);
    if (name === 'Redis Streams') {
      await withStreams(async (redis, keys) => {
        for (const key of keys) await redis.xtrim(key, 'MAXLEN', 1);
      });
    }
    await restart(1);
    await expect(resume(heard.cursors[0] ?? '')).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
  });

  if (name !== 'Redis Streams') return;

  test('refuses a cursor of streams that have been lost since', async () => {
    const heard = await listen();
    await announce(20);
    await until(() => heard.ids.length === 20);
    await withStreams((redis, keys) => redis.del(...keys));
    await restart();
    await expect(resume(heard.cursors[19] ?? '')).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
  });

  test('takes a cursor of a gateway that is ahead, and tells nothing of what that one has told', async () => {
    const heard = await listen();
    const other = create(prefix);
    const blocked = other.tail(() => undefined);
    await until(() => other.position() !== null);
    const events = await announce(9);
    await until(() => heard.ids.length === 9);
    const got: string[] = [];
    const caughtUp = (): void => {
      other.tail(({ id }) => got.push(id));
    };
    for await (const { event } of other.replay(heard.cursors[8] ?? '', { wants: everything, caughtUp }))
      got.push(event.id);
    const later = await announce(3);
    await until(() => got.length === 3);
    expect(got.sort()).toEqual(idsOf(later).sort());
    expect(events).toHaveLength(9);
    blocked();
    await other.close();
  });
});
