import { type FetchNode } from '@apollo/query-planner';
import {
  type DocumentNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  parse,
  print,
  visit,
} from 'graphql';
import { requestHead } from '../../transport';
import { type RequiredFields, withRealFields } from '../planning';

/** What one fetch of a plan asks, worked out once. */
export interface FetchDocument {
  readonly query: string;
  /** JSON text of a request up to its variables. */
  readonly head: string;
  readonly operationName: string | undefined;
  /** The response keys it brings: of the root fields, or of entities by type condition. */
  readonly selected: readonly SelectedFields[];
}

export interface SelectedFields {
  /** Null for root fields. */
  readonly typeCondition: string | null;
  readonly keys: readonly string[];
}

/**
 * @param operationName of the client's operation: the planner numbers the names of its fetches, so that equal fetches
 *   would look different
 */
export function readFetchDocument(
  node: FetchNode,
  operationName: string | undefined,
  required: RequiredFields,
): FetchDocument {
  const document = withRealFields(renamed(parse(node.operation), operationName), required);
  const query = print(document);
  const name = operationOf(document).name?.value;
  return {
    query,
    head: requestHead(query, name),
    operationName: name,
    selected: selectedFields(operationOf(document), node.requires !== undefined),
  };
}

function renamed(document: DocumentNode, operationName: string | undefined): DocumentNode {
  return visit(document, {
    OperationDefinition: (node) => {
      const { name: _name, ...anonymous } = node;
      if (operationName === undefined) return anonymous;
      return { ...node, name: { kind: Kind.NAME, value: operationName } };
    },
  });
}

function operationOf(document: DocumentNode): OperationDefinitionNode {
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (!operation) throw new Error('The plan has a fetch without an operation');
  return operation;
}

function selectedFields({ selectionSet }: OperationDefinitionNode, ofEntities: boolean): SelectedFields[] {
  if (!ofEntities) return [{ typeCondition: null, keys: keysOf(selectionSet.selections) }];
  return selectionSet.selections.flatMap((entities) =>
    entities.kind === Kind.FIELD ? (entities.selectionSet?.selections ?? []).flatMap(ofEntity) : [],
  );
}

function ofEntity(selection: SelectionNode): SelectedFields[] {
  if (selection.kind !== Kind.INLINE_FRAGMENT) return [];
  const typeCondition = selection.typeCondition?.name.value ?? null;
  return [{ typeCondition, keys: keysOf(selection.selectionSet.selections) }];
}

function keysOf(selections: readonly SelectionNode[]): string[] {
  const keys = selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection.alias?.value ?? selection.name.value];
    return selection.kind === Kind.INLINE_FRAGMENT ? keysOf(selection.selectionSet.selections) : [];
  });
  return [...new Set(keys)].filter((key) => key !== '__typename');
}
