import { GraphQLError, parse } from 'graphql';
import { type Actor, AccessRules, type AccessRule, assertSatisfied, isSatisfied, type Scope } from '.';

const apollo = 'https://specs.apollo.dev';

function rulesOf(links: readonly string[], sdl: string): AccessRules {
  return AccessRules.fromSdl(parse(`schema ${links.join(' ')} { query: Query } ${sdl}`));
}

function actorWith(...scopes: string[]): Actor {
  return {
    kind: 'client',
    subject: 'cli_test',
    userId: null,
    clientId: 'cli_test',
    organisationId: 'org_test',
    region: 'UK',
    scopes: new Set(scopes as Scope[]),
    roles: [],
    patientIds: [],
    practitionerId: null,
    act: null,
    breakGlassGrantId: null,
    expiresAt: new Date(8.64e15),
  };
}

const open: AccessRule = { authenticated: false, alternatives: [], policies: [] };

describe('the names of the directives', () => {
  test.each([
    ['their own', `@link(url: "${apollo}/requiresScopes/v0.1", for: SECURITY)`, 'requiresScopes'],
    ['another namespace', `@link(url: "${apollo}/requiresScopes/v0.1", as: "needs")`, 'needs'],
    [
      'an imported name',
      `@link(url: "${apollo}/requiresScopes/v0.1", import: [{ name: "@requiresScopes", as: "@federation__requiresScopes" }])`,
      'federation__requiresScopes',
    ],
    [
      "the federation specification's",
      `@link(url: "${apollo}/federation/v2.9", import: ["@key"])`,
      'federation__requiresScopes',
    ],
    [
      "the federation specification's under another name",
      `@link(url: "${apollo}/federation/v2.9", as: "fed")`,
      'fed__requiresScopes',
    ],
    [
      'a name that a subgraph gave it',
      `@link(url: "${apollo}/federation/v2.9", import: [{ name: "@requiresScopes", as: "@needs" }])`,
      'needs',
    ],
  ])('are read from the links: %s', (...[, link, name]) => {
    const rules = rulesOf([link], `type Query { a: Int @${name}(scopes: [["x", "y"], ["z"]]) }`);
    expect(rules.ofField('Query', 'a')).toEqual({ ...open, authenticated: true, alternatives: [['x', 'y'], ['z']] });
  });

  test('are not taken for those of another specification that has the same name', () => {
    const rules = rulesOf(
      ['@link(url: "https://insurance.example/policy/v3.0", import: ["@policy"])'],
      'type Query { a: Int @policy(number: 7) }',
    );
    expect(rules.ofField('Query', 'a')).toBeNull();
  });

  test.each(['authenticated', 'requiresScopes', 'policy'])('of an unknown version of @%s stop everything', (name) => {
    const link = `@link(url: "${apollo}/${name}/v0.2", for: SECURITY)`;
    expect(() => rulesOf([link], 'type Query { a: Int }')).toThrow(/0\.2 .* not known/);
  });
});

describe('a rule', () => {
  test('is all that the directives of one field say together', () => {
    const rules = rulesOf(
      [],
      'type Query { a: Int @requiresScopes(scopes: [["s"]]) @policy(policies: [["p"], ["q", "r"]]) }',
    );
    const rule = rules.ofField('Query', 'a') ?? open;
    expect(isSatisfied(rule, actorWith('s'))).toBe(false);
    expect(isSatisfied(rule, actorWith('s'), new Set(['p']))).toBe(true);
    expect(isSatisfied(rule, actorWith('s'), new Set(['q']))).toBe(false);
    expect(isSatisfied(rule, actorWith('s'), new Set(['q', 'r']))).toBe(true);
    expect(isSatisfied(rule, actorWith(), new Set(['p']))).toBe(false);
    expect(isSatisfied(rule, null, new Set(['p']))).toBe(false);
  });

  test('by a policy alone needs no token', () => {
    const rule = rulesOf([], 'type Query { a: Int @policy(policies: [["p"]]) }').ofField('Query', 'a') ?? open;
    expect(isSatisfied(rule, null)).toBe(false);
    expect(isSatisfied(rule, null, new Set(['p']))).toBe(true);
  });

  test('stands on extensions, scalars and enums as well', () => {
    const rules = rulesOf(
      [],
      `type Query { a: Int } extend type Query { b: Int @authenticated } extend type T @authenticated { c: Int }
       scalar S @authenticated enum E @requiresScopes(scopes: [["e"]]) { V }`,
    );
    expect(rules.ofField('Query', 'b')).toEqual({ ...open, authenticated: true });
    expect(['T', 'S', 'E'].map((name) => rules.ofType(name)?.authenticated)).toEqual([true, true, true]);
  });

  test('is one object wherever the same is demanded', () => {
    const rules = rulesOf(
      [],
      'type Query { a: Int @requiresScopes(scopes: [["s"]]) b: Int @requiresScopes(scopes: [["s"]]) }',
    );
    expect(rules.ofField('Query', 'a')).toBe(rules.ofField('Query', 'b'));
  });

  test.each(['[]', '"s"', '["s"]', '[[1]]'])('that nobody can read is refused: scopes: %s', (scopes) => {
    expect(() => rulesOf([], `type Query { a: Int @requiresScopes(scopes: ${scopes}) }`)).toThrow(GraphQLError);
  });
});

describe('an interface', () => {
  const objects = `
    type A implements I @authenticated { id: ID x: Int @requiresScopes(scopes: [["a"]]) }
    type B implements I { id: ID x: Int }
    type Query { i: I }`;

  test('says nothing new where composition wrote what the implementers demand', () => {
    const rules = rulesOf(
      [],
      `interface I @authenticated { id: ID x: Int @authenticated @requiresScopes(scopes: [["a"]]) } ${objects}`,
    );
    expect([rules.ofType('B'), rules.ofField('B', 'x'), rules.ofType('I')]).toEqual([null, null, null]);
    expect(rules.ofField('A', 'x')?.alternatives).toEqual([['a']]);
  });

  test('that demands more than its implementers demands it of each of them', () => {
    const rules = rulesOf(
      [],
      `interface I @authenticated { id: ID x: Int @requiresScopes(scopes: [["b"]]) } ${objects}`,
    );
    expect(rules.ofField('A', 'x')?.alternatives).toEqual([['a', 'b']]);
    expect(rules.ofField('B', 'x')?.alternatives).toEqual([['b']]);
  });
});

test('a subgraph refuses what only a policy allows, unless it is told that the policy is satisfied', () => {
  const rule: AccessRule = { ...open, authenticated: true, policies: [['p']] };
  const assertOf = (policies?: ReadonlySet<string>) => () => {
    assertSatisfied([rule], actorWith(), policies);
  };
  expect(assertOf()).toThrow('A policy does not allow this');
  expect(assertOf(new Set(['p']))).not.toThrow();
});
