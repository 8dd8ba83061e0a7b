import { type ConstDirectiveNode, type DocumentNode, Kind, type ValueNode } from 'graphql';
import { type PlatformEvent } from '#shared/events';

interface Match {
  readonly argument: string;
  readonly read: (event: PlatformEvent) => unknown;
}

/** Which events a field of Subscription is about: `@onEvent(types: …, match: …)` in the SDL. */
export interface EventBinding {
  readonly types: readonly string[];
  readonly matches: readonly Match[];
}

/** The binding of every Subscription field that has one, by field name. */
export function readEventBindings(
  policy: DocumentNode,
  subscriptionType: string | undefined,
): Map<string, EventBinding> {
  const bindings = new Map<string, EventBinding>();
  for (const definition of policy.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION || definition.name.value !== subscriptionType) continue;
    for (const field of definition.fields ?? []) {
      const directive = field.directives?.find(({ name }) => name.value === 'onEvent');
      if (directive) bindings.set(field.name.value, readBinding(directive));
    }
  }
  return bindings;
}

/** @param given the arguments of the subscription's root field */
export function isAbout(
  binding: EventBinding,
  event: PlatformEvent,
  given: Readonly<Record<string, unknown>>,
): boolean {
  return (
    binding.types.some((pattern) => matchesType(pattern, event.type)) &&
    binding.matches.every(({ argument, read }) => given[argument] == null || given[argument] === read(event))
  );
}

function matchesType(pattern: string, type: string): boolean {
  return pattern.endsWith('.*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern;
}

function readBinding(directive: ConstDirectiveNode): EventBinding {
  return { types: readTexts(directive, 'types'), matches: readTexts(directive, 'match').map(readMatch) };
}

function readTexts(directive: ConstDirectiveNode, argument: string): string[] {
  const value: ValueNode | undefined = directive.arguments?.find(({ name }) => name.value === argument)?.value;
  // A single value stands for a list of one (GraphQL §3.11, input coercion of lists).
  const items = value?.kind === Kind.LIST ? value.values : value ? [value] : [];
  return items.flatMap((item) => (item.kind === Kind.STRING ? [item.value] : []));
}

function readMatch(entry: string): Match {
  const [argument = '', path = ''] = entry.split('=').map((part) => part.trim());
  if (path === 'resourceId') return { argument, read: ({ resourceId }) => resourceId };
  if (path === 'aggregate.id') return { argument, read: ({ aggregate }) => aggregate.id };
  const key = /^data\.(\w+)$/.exec(path)?.[1];
  if (!argument || !key)
    throw new Error(`@onEvent(match:) wants argument=resourceId|aggregate.id|data.<key>, not "${entry}"`);
  return { argument, read: ({ data }) => data[key] };
}
