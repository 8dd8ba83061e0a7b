import {
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  type InlineFragmentNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  getDirectiveValues,
  isAbstractType,
} from 'graphql';
import { responseKey } from './response-keys';

export interface CollectContext {
  readonly schema: GraphQLSchema;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  /** Coerced, with defaults. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** Fragments that are answered later. */
  readonly isDeferred?: (fragment: InlineFragmentNode) => boolean;
}

/** CollectFields of the GraphQL specification (§6.3.2): what is selected of an object of `type`, by response key. */
export function collectFields(
  context: CollectContext,
  type: GraphQLObjectType | GraphQLInterfaceType,
  sets: readonly SelectionSetNode[],
): Map<string, FieldNode[]> {
  const fields = new Map<string, FieldNode[]>();
  const visited = new Set<string>();

  function add(selection: SelectionNode): void {
    if (!isIncluded(selection, context) || isLater(selection, context)) return;
    if (selection.kind === Kind.FIELD) {
      const key = responseKey(selection);
      fields.set(key, [...(fields.get(key) ?? []), selection]);
      return;
    }
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : unvisited(selection.name.value);
    if (fragment && applies(context.schema, fragment.typeCondition?.name.value, type)) {
      fragment.selectionSet.selections.forEach(add);
    }
  }

  function unvisited(name: string): FragmentDefinitionNode | undefined {
    if (visited.has(name)) return undefined;
    visited.add(name);
    return context.fragments[name];
  }

  for (const set of sets) set.selections.forEach(add);
  return fields;
}

function isIncluded(selection: SelectionNode, { variables }: CollectContext): boolean {
  const skip = getDirectiveValues(GraphQLSkipDirective, selection, variables);
  const include = getDirectiveValues(GraphQLIncludeDirective, selection, variables);
  return skip?.['if'] !== true && include?.['if'] !== false;
}

function isLater(selection: SelectionNode, { isDeferred }: CollectContext): boolean {
  return selection.kind === Kind.INLINE_FRAGMENT && (isDeferred?.(selection) ?? false);
}

function applies(
  schema: GraphQLSchema,
  typeCondition: string | undefined,
  type: GraphQLObjectType | GraphQLInterfaceType,
): boolean {
  if (typeCondition === undefined || typeCondition === type.name) return true;
  const condition = schema.getType(typeCondition);
  return isAbstractType(condition) && schema.isSubType(condition, type);
}
