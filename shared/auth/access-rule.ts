import { type ConstDirectiveNode, GraphQLError, Kind, type ValueNode } from 'graphql';
import { type AccessDirectiveNames } from './access-directives';
import { type Actor } from './actor';

/** Any one of these, each a set of names needed together. Empty where nothing is demanded. */
type Alternatives = readonly (readonly string[])[];

/** What a caller must bring: all that is said here. */
export interface AccessRule {
  /** A valid token. Scopes are in tokens, so whoever needs scopes needs one. */
  readonly authenticated: boolean;
  /** Scopes. */
  readonly alternatives: Alternatives;
  /** Policies that whoever operates the gateway decides on, one request at a time. */
  readonly policies: Alternatives;
}

const openRule: AccessRule = { authenticated: false, alternatives: [], policies: [] };
const noPolicies: ReadonlySet<string> = new Set();

/** More alternatives than this are not multiplied out. */
const maxAlternatives = 1_000;

/** @param satisfiedPolicies those found satisfied for this very request; none unless somebody has asked */
export function isSatisfied(
  rule: AccessRule,
  actor: Actor | null,
  satisfiedPolicies: ReadonlySet<string> = noPolicies,
): boolean {
  if (rule.authenticated && !actor) return false;
  if (rule.alternatives.length > 0 && !(actor && someHeld(rule.alternatives, actor.scopes))) return false;
  return rule.policies.length === 0 || someHeld(rule.policies, satisfiedPolicies);
}

function someHeld(alternatives: Alternatives, held: ReadonlySet<string>): boolean {
  return alternatives.some((together) => together.every((name) => held.has(name)));
}

/** The rule that the directives of one type or field make together, or null when they make none. */
export function ruleOf(directives: readonly ConstDirectiveNode[], names: AccessDirectiveNames): AccessRule | null {
  const rules = directives.flatMap((directive): AccessRule[] => {
    const name = names.get(directive.name.value);
    if (name === 'authenticated') return [{ ...openRule, authenticated: true }];
    if (name === 'requiresScopes')
      return [{ ...openRule, authenticated: true, alternatives: readAlternatives(directive, 'scopes') }];
    return name === 'policy' ? [{ ...openRule, policies: readAlternatives(directive, 'policies') }] : [];
  });
  return rules.reduce<AccessRule | null>((one, other) => (one ? conjoin(one, other) : other), null);
}

/** Both rules as one. */
export function conjoin(one: AccessRule, other: AccessRule): AccessRule {
  return {
    authenticated: one.authenticated || other.authenticated,
    alternatives: multiply(one.alternatives, other.alternatives),
    policies: multiply(one.policies, other.policies),
  };
}

/** Does whoever satisfies the first rule always satisfy the second? */
export function implies(one: AccessRule, other: AccessRule): boolean {
  return (
    (one.authenticated || !other.authenticated) &&
    impliesSome(one.alternatives, other.alternatives) &&
    impliesSome(one.policies, other.policies)
  );
}

function impliesSome(given: Alternatives, wanted: Alternatives): boolean {
  if (wanted.length === 0) return true;
  return (
    given.length > 0 && given.every((held) => wanted.some((needed) => needed.every((name) => held.includes(name))))
  );
}

function multiply(some: Alternatives, others: Alternatives): Alternatives {
  if (some.length === 0 || others.length === 0) return some.length === 0 ? others : some;
  if (some.length * others.length > maxAlternatives) throw new GraphQLError('An access rule has too many alternatives');
  const products = some.flatMap((one) => others.map((other) => [...new Set([...one, ...other])].sort()));
  return [...new Map(products.map((product) => [JSON.stringify(product), product])).values()];
}

function readAlternatives(directive: ConstDirectiveNode, argument: string): string[][] {
  const value = directive.arguments?.find(({ name }) => name.value === argument)?.value;
  if (value?.kind !== Kind.LIST || value.values.length === 0) throw malformed(directive, argument);
  return value.values.map((together) => {
    if (together.kind !== Kind.LIST) throw malformed(directive, argument);
    return together.values.map((name: ValueNode) => {
      if (name.kind !== Kind.STRING) throw malformed(directive, argument);
      return name.value;
    });
  });
}

/** An empty list too: nobody could ever satisfy it, and no gateway agrees with another on what it means. */
function malformed({ name }: ConstDirectiveNode, argument: string): GraphQLError {
  return new GraphQLError(`@${name.value}(${argument}:) is a list of at least one list of names`);
}
