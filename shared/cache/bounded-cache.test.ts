import fc from 'fast-check';
import { BoundedCache } from '.';

test('never holds more than it may, and never another value than the last that was set', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(12)), { maxLength: 200 }), (steps) => {
      const cache = new BoundedCache<number, string>(5, { of: (key) => key, max: 30 });
      const set = new Map<number, string>();
      steps.forEach(([isSet, key], turn) => {
        if (isSet) {
          set.set(key, String(turn));
          cache.set(key, String(turn));
        } else {
          const found = cache.get(key);
          if (found !== undefined) expect(found).toBe(set.get(key));
        }
        expect(cache.size).toBeLessThanOrEqual(5);
      });
    }),
  );
});

test('keeps what is in use and forgets what is not', () => {
  const cache = new BoundedCache<string, number>(3);
  cache.set('used', 1);
  cache.set('unused', 2);
  for (const key of ['a', 'b', 'c', 'd']) {
    expect(cache.get('used')).toBe(1);
    cache.set(key, 3);
  }
  expect(cache.get('used')).toBe(1);
  expect(cache.get('unused')).toBeUndefined();
});

test('takes nothing that is heavier than all that it may hold', () => {
  const cache = new BoundedCache<string, number>(10, { of: (key) => key.length, max: 5 });
  cache.set('much too long', 1);
  expect(cache.size).toBe(0);
  cache.set('fits', 1);
  expect(cache.get('fits')).toBe(1);
});
