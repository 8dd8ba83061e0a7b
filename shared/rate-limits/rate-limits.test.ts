import { randomBytes } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { silentLogger } from '#shared/logging';
import { describeOn } from '#shared/test-services';
import { RateLimiter, type RateLimitState, type RateLimitSubject, type SharedCounters, redisCounters } from '.';

const url = 'redis://127.0.0.1:6379';
const user = (key: string): RateLimitSubject => ({ policy: { name: 'user', points: 100, windowSeconds: 60 }, key });
const everybody: RateLimitSubject = { policy: { name: 'everybody', points: 150, windowSeconds: 10 }, key: 'all' };

let now = 0;
const clock = (): number => now;
const open: RateLimiter[] = [];

function limiter(options: { counters?: SharedCounters; maxKeys?: number } = {}): RateLimiter {
  const made = new RateLimiter({ log: silentLogger, now: clock, tellEveryMs: 1, ...options });
  open.push(made);
  return made;
}

beforeEach(() => {
  now = 1_000;
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

/** Looks without spending until the state is as it should be. */
async function until(look: () => RateLimitState, fits: (state: RateLimitState) => boolean): Promise<void> {
  while (!fits(look())) await turn();
}

describe('one process', () => {
  test('lets a caller spend what a window holds, says what is left, and begins anew when the window ends', () => {
    const limits = limiter();
    expect(limits.charge([user('a')], 60)).toMatchObject({ isAllowed: true, remainingPoints: 40, resetSeconds: 60 });
    now += 20_000;
    expect(limits.charge([user('a')], 41)).toMatchObject({ isAllowed: false, remainingPoints: 40, resetSeconds: 40 });
    expect(limits.charge([user('a')], 40)).toMatchObject({ isAllowed: true, remainingPoints: 0 });
    expect(limits.charge([user('b')], 1)).toMatchObject({ isAllowed: true, remainingPoints: 99 });
    now += 40_000;
    expect(limits.charge([user('a')], 1)).toMatchObject({ isAllowed: true, remainingPoints: 99, resetSeconds: 60 });
  });

  test('charges every subject or none, and speaks of the one nearest to its limit', () => {
    const limits = limiter();
    expect(limits.charge([user('a'), everybody], 80).policy.name).toBe('user');
    const refused = limits.charge([user('b'), everybody], 71);
    expect([refused.isAllowed, refused.policy.name, refused.resetSeconds]).toEqual([false, 'everybody', 10]);
    expect(limits.charge([user('b')], 0).remainingPoints).toBe(100);
    expect(limits.charge([user('b'), everybody], 70).policy.name).toBe('everybody');
  });

  test('remembers no more keys than it may, and forgets the oldest first', () => {
    const limits = limiter({ maxKeys: 2 });
    for (const key of ['a', 'b', 'c']) limits.charge([user(key)], 10);
    expect(limits.charge([user('c')], 0).remainingPoints).toBe(90);
    expect(limits.charge([user('b')], 0).remainingPoints).toBe(90);
    expect(limits.charge([user('a')], 0).remainingPoints).toBe(100);
  });
});

test('goes on counting by itself while the counters are away, and tells them everything once they are back', async () => {
  let isAway = true;
  let told = 0;
  let attempts = 0;
  const counters: SharedCounters = {
    add: (_key, points) => {
      attempts++;
      if (isAway) return Promise.reject(new Error('ECONNREFUSED'));
      told += points;
      return Promise.resolve({ points: told + 30, endsInMs: 5_000 });
    },
    close: () => Promise.resolve(),
  };
  const limits = limiter({ counters });
  expect(limits.charge([user('a')], 50).isAllowed).toBe(true);
  while (attempts === 0) await turn();
  expect(limits.charge([user('a')], 51).isAllowed).toBe(false);
  expect(limits.charge([user('a')], 10)).toMatchObject({ isAllowed: true, remainingPoints: 40 });
  isAway = false;
  await until(
    () => limits.charge([user('a')], 0),
    ({ remainingPoints }) => remainingPoints === 10,
  );
  expect(told).toBe(60);
  expect(limits.charge([user('a')], 0).resetSeconds).toBe(5);
});

describeOn('Redis', 'several processes over Redis', () => {
  const prefix = `test-${randomBytes(6).toString('hex')}`;
  const redis = new Redis(url, { maxRetriesPerRequest: 0, lazyConnect: true, retryStrategy: () => null });
  beforeAll(() => redis.connect());

  afterAll(async () => {
    for (const key of await redis.keys(`${prefix}:*`)) await redis.del(key);
    redis.disconnect();
  });

  const shared = (): RateLimiter => limiter({ counters: redisCounters({ url, prefix, log: silentLogger }) });

  const told = async (key: string): Promise<void> => {
    while ((await redis.get(`${prefix}:rate:user:${key}`)) === null) await turn();
  };

  test('hold a caller to one limit together', async () => {
    const [one, other] = [shared(), shared()];
    one.charge([user('together')], 70);
    await told('together');
    other.charge([user('together')], 1);
    await until(
      () => other.charge([user('together')], 0),
      ({ remainingPoints }) => remainingPoints === 29,
    );
    expect(other.charge([user('together')], 30).isAllowed).toBe(false);
    expect(other.charge([user('together')], 29).isAllowed).toBe(true);
    expect(await redis.ttl(`${prefix}:rate:user:together`)).toBeGreaterThan(0);
  });

  test('tell each other what is untold before they end', async () => {
    const ending = shared();
    ending.charge([user('ending')], 1);
    await told('ending');
    ending.charge([user('ending')], 29);
    await ending.close();
    const next = shared();
    next.charge([user('ending')], 1);
    await until(
      () => next.charge([user('ending')], 0),
      ({ remainingPoints }) => remainingPoints === 69,
    );
  });
});

test('works at full speed where there is no Redis at all', async () => {
  const counters = redisCounters({ url: 'redis://127.0.0.1:1', prefix: 'none', log: silentLogger });
  await expect(counters.add('user:a', 1, 60)).rejects.toThrow();
  const limits = limiter({ counters });
  expect(limits.charge([user('a')], 100).isAllowed).toBe(true);
  expect(limits.charge([user('a')], 1).isAllowed).toBe(false);
});
