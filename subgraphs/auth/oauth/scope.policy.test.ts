import fc from 'fast-check';
import { type Scope, scopes } from '#shared/auth';
import { beyondEntitlement, entitledScopes } from './scope.policy';

const some = fc.subarray([...scopes]);
const maybe = fc.option(some, { nil: undefined });

/** What a token may carry is an intersection: no bound can ever add to it. */
describe('the scopes of a token', () => {
  test('are within every bound, and miss nothing that is within all', () => {
    fc.assert(
      fc.property(some, some, maybe, (client, product, person) => {
        const entitled = new Set(entitledScopes({ client, product, ...(person && { person }) }));
        const expected = scopes.filter((scope) =>
          [client, product, person ?? scopes].every((bound) => (bound as readonly Scope[]).includes(scope)),
        );
        expect(entitled).toEqual(new Set(expected));
      }),
    );
  });

  test('never grow when a bound shrinks, and do not depend on order or repetition', () => {
    fc.assert(
      fc.property(fc.record({ client: some, product: some, person: some, taken: some }), (bounds) => {
        const { client, product, person, taken } = bounds;
        const whole = entitledScopes({ client, product, person });
        const without = (bound: readonly Scope[]): Scope[] => bound.filter((scope) => !taken.includes(scope));
        for (const less of [
          entitledScopes({ client: without(client), product, person }),
          entitledScopes({ client, product: without(product), person }),
          entitledScopes({ client, product, person: without(person) }),
        ]) {
          expect(whole).toEqual(expect.arrayContaining(less));
          expect(less.filter((scope) => taken.includes(scope))).toEqual([]);
        }
        const shuffled = { client: [...client].reverse(), product: [...product, ...product], person };
        expect(new Set(entitledScopes(shuffled))).toEqual(new Set(whole));
      }),
    );
  });

  test('that were asked for are refused exactly when they are beyond the entitlement', () => {
    fc.assert(
      fc.property(some, fc.array(fc.oneof(fc.constantFrom(...scopes), fc.string())), (entitled, asked) => {
        const beyond = beyondEntitlement(entitled, asked);
        expect(beyond.every((scope) => asked.includes(scope))).toBe(true);
        expect(asked.filter((scope) => !beyond.includes(scope)).every((scope) => isHeld(entitled, scope))).toBe(true);
        expect(beyond.some((scope) => isHeld(entitled, scope))).toBe(false);
      }),
    );
  });
});

function isHeld(held: readonly string[], scope: string): boolean {
  return held.includes(scope);
}
