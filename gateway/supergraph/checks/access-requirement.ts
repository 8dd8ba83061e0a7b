import { type ConstDirectiveNode, type ConstValueNode, Kind } from 'graphql';

/** What a caller must have all of: each entry is a choice between sets of things. */
export type AccessRequirement = readonly (readonly (readonly string[])[])[];

/** Reads `@authenticated`, `@requiresScopes` and `@policy` under their own names. */
export function readRequirement(directives: readonly ConstDirectiveNode[]): AccessRequirement {
  return directives.flatMap(({ name, arguments: given }) => {
    switch (name.value) {
      case 'authenticated':
        return [[['a token']]];
      case 'requiresScopes':
      case 'policy':
        return [readChoice(name.value === 'policy' ? 'policy' : 'scope', given?.[0]?.value)];
      default:
        return [];
    }
  });
}

/** Whether somebody who meets the one requirement may fail the other. */
export function isTighter(after: AccessRequirement, before: AccessRequirement): boolean {
  return leastWays(before).some(
    (held) => !after.every((choice) => choice.some((together) => together.every((thing) => held.has(thing)))),
  );
}

/** Every smallest set of things that meets a requirement: what holds for these holds for all that hold more. */
function leastWays(requirement: AccessRequirement): ReadonlySet<string>[] {
  return requirement.reduce<ReadonlySet<string>[]>(
    (ways, choice) => ways.flatMap((held) => choice.map((together) => new Set([...held, ...together]))),
    [new Set<string>()],
  );
}

/** A scope or a policy is always about somebody: whoever has one has a token. */
function readChoice(kind: string, value: ConstValueNode | undefined): string[][] {
  const lists = value?.kind === Kind.LIST ? value.values : [];
  return lists.map((together) => {
    const names = together.kind === Kind.LIST ? together.values : [];
    const things = names.flatMap((name) => (name.kind === Kind.STRING ? [`${kind} ${name.value}`] : []));
    return ['a token', ...things];
  });
}

/** As a person would say it. */
export function describeRequirement(requirement: AccessRequirement): string {
  if (requirement.length === 0) return 'nothing';
  return requirement
    .map((choice) => choice.map((together) => together.slice(1).join(' and ') || 'a token').join(' or '))
    .join(', and ');
}
