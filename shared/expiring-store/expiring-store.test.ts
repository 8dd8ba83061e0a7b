import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { randomBytes } from 'node:crypto';
import { silentLogger } from '#shared/logging';
import { type ExpiringStore, memoryStore, redisStore } from '.';

const isRequired = process.env['REQUIRE_SERVICES'] === '1'; // eslint-disable-line no-restricted-syntax -- CI says here that nothing may be skipped
let isRedisUp = false;

beforeAll(async () => {
  isRedisUp =
    isRequired ||
    (await new Promise<boolean>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port: 6379 });
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    }));
});

const stores: readonly [string, () => ExpiringStore][] = [
  ['memory', () => memoryStore()],
  [
    'Redis',
    () =>
      redisStore({ url: 'redis://127.0.0.1:6379', prefix: `t${randomBytes(4).toString('hex')}`, log: silentLogger }),
  ],
];

/** Until it is so; how long a store takes to forget is its own affair. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await pause(5);
}

describe.each(stores)('texts in %s', (name, open) => {
  let store: ExpiringStore;
  beforeEach(async () => {
    if (name === 'Redis' && !isRedisUp) return;
    store = open();
    // Commands fail at once until the connection stands.
    await until(() =>
      store.put('warm', 'up', 1_000).then(
        () => true,
        () => false,
      ),
    );
  });
  afterEach(() => (isRedisUp || name === 'memory' ? store.close() : undefined));

  const check = (what: string, run: () => Promise<void>): void =>
    test(what, async () => {
      if (name === 'memory' || isRedisUp) await run();
      else console.warn('Not run: there is no Redis');
    });

  check('are there for their time, which begins anew when they are read', async () => {
    await store.put('a', 'text', 60_000);
    expect(await store.touch('a', 60_000)).toBe('text');
    expect(await store.touch('a', 1)).toBe('text');
    await until(async () => (await store.touch('a', 1)) === null);
    expect(await store.touch('b', 60_000)).toBeNull();
  });

  check('are replaced only while they are there', async () => {
    await store.put('a', 'old', 60_000);
    expect(await store.replace('a', 'new', 60_000)).toBe(true);
    expect(await store.touch('a', 60_000)).toBe('new');
    await store.remove('a');
    expect(await store.replace('a', 'again', 60_000)).toBe(false);
    expect(await store.touch('a', 60_000)).toBeNull();
  });

  check('are claimed by one of many at once, and by another one afterwards', async () => {
    const claims = await Promise.all(Array.from({ length: 10 }, () => store.claim('once', 60_000)));
    expect(claims.filter(Boolean)).toHaveLength(1);
    await store.remove('once');
    expect(await store.claim('once', 60_000)).toBe(true);
  });
});

test('in memory, what was put first goes when there is no room', async () => {
  const store = memoryStore({ maxEntries: 2 });
  for (const key of ['a', 'b', 'c']) await store.put(key, key, 60_000);
  expect([await store.touch('a', 1), await store.touch('b', 1), await store.touch('c', 1)]).toEqual([null, 'b', 'c']);
});
