import { type DocumentNode, type GraphQLField, getArgumentValues } from 'graphql';
import { InputError } from '#shared/errors';
import { type PlatformEvent } from '#shared/events';
import { collectFields } from '../operations';
import { type Viewer } from './evaluations';
import { type EventBinding, isAbout, readEventBindings } from './event-binding';

type Bindings = ReadonlyMap<string, EventBinding>;

const bindingsOf = new WeakMap<DocumentNode, Bindings>();

/**
 * Which events a subscription is about: worked out when it starts.
 * @throws {DomainError} BAD_USER_INPUT when no event is bound to its field
 */
export function interestOf({ generation, prepared, conditions }: Viewer): (event: PlatformEvent) => boolean {
  const { policy, schema } = generation.supergraph;
  const context = { schema, fragments: prepared.fragments, variables: conditions };
  const [node] = [...collectFields(context, prepared.rootType, [prepared.operation.selectionSet]).values()].flat();
  const field: GraphQLField<unknown, unknown> | undefined = node && prepared.rootType.getFields()[node.name.value];
  const binding = field && bindingsIn(policy, prepared.rootType.name).get(field.name);
  if (!node || !field || !binding) throw new InputError('No event is bound to this subscription');
  const given = getArgumentValues(field, node, conditions);
  return (event) => isAbout(binding, event, given);
}

function bindingsIn(policy: DocumentNode, subscriptionType: string): Bindings {
  const known = bindingsOf.get(policy);
  if (known) return known;
  const bindings = readEventBindings(policy, subscriptionType);
  bindingsOf.set(policy, bindings);
  return bindings;
}
