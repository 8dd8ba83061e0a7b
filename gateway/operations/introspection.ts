import { type GraphQLSchema, Kind, type SelectionNode, type SelectionSetNode, execute } from 'graphql';
import { isIntrospective } from './response-keys';
import { type PreparedOperation } from './prepared-operation';

type Variables = Readonly<Record<string, unknown>>;

const nothing: Variables = {};

/** What an operation asks of the schema itself, by response key. It is no secret of a subgraph: graphql-js answers. */
export function answerIntrospection(
  schema: GraphQLSchema,
  { operation, fragments, asksForSchema, rootType }: PreparedOperation,
  variables: Variables,
): Variables {
  if (!asksForSchema) return nothing;
  const own = { ...operation, selectionSet: onlyIntrospective(operation.selectionSet) };
  const rootFragments = Object.values(fragments).map((fragment) =>
    fragment.typeCondition.name.value === rootType.name
      ? { ...fragment, selectionSet: onlyIntrospective(fragment.selectionSet) }
      : fragment,
  );
  const result = execute({
    schema,
    document: { kind: Kind.DOCUMENT, definitions: [own, ...rootFragments] },
    variableValues: variables,
  });
  if (result instanceof Promise) throw new Error('Introspection waits for nothing');
  return result.data ?? nothing;
}

function onlyIntrospective(set: SelectionSetNode): SelectionSetNode {
  return {
    ...set,
    selections: set.selections.flatMap((selection): SelectionNode[] => {
      if (selection.kind === Kind.FIELD) return isIntrospective(selection) ? [selection] : [];
      if (selection.kind === Kind.FRAGMENT_SPREAD) return [selection];
      return [{ ...selection, selectionSet: onlyIntrospective(selection.selectionSet) }];
    }),
  };
}
