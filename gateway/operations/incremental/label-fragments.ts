import {
  type ConstDirectiveNode,
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type InlineFragmentNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  TypeInfo,
  isCompositeType,
  type GraphQLCompositeType,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { type ResponseKeys } from '../response-keys';

/** Spread out, an operation with more selections than this is answered in one piece. */
const maxSelections = 5_000;

/** A fragment that may be answered later. */
export interface DeferrableFragment {
  /** Unique in the operation; the plan calls its part by it. */
  readonly label: string;
  /** The client's own, for its answer. */
  readonly clientLabel: string | null;
  readonly node: InlineFragmentNode;
  readonly parentType: GraphQLCompositeType;
  /** From the root to the object that the fragment is about. */
  readonly path: readonly PathStep[];
  /** What that object must be for the fragment to be about it. */
  readonly conditions: readonly string[];
}

export interface PathStep {
  /** Keys in the plan's data, and in the answer. */
  readonly planned: string;
  readonly answered: string;
  /** What the object must be that the field is selected of: type conditions of fragments. */
  readonly conditions: readonly string[];
}

export interface LabelledOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, DeferrableFragment>;
}

type Fragments = Readonly<Record<string, FragmentDefinitionNode>>;

interface LabelOptions {
  readonly schema: GraphQLSchema;
  readonly keys: ResponseKeys;
  readonly rootType: GraphQLObjectType;
  readonly fragments: Fragments;
  /** Coerced, with defaults: what `@defer` goes by. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/**
 * The operation with its fragments spread out, and with a label of its own for each that is deferred: a named fragment
 * may stand in several places, and each is a part by itself.
 * @returns null when it would become too large
 */
export function labelFragments(operation: OperationDefinitionNode, options: LabelOptions): LabelledOperation | null {
  const spread = new Spreading(options).operation(operation);
  if (!spread) return null;
  const fragments = new Map<string, DeferrableFragment>();
  const typeInfo = new TypeInfo(options.schema);
  const path: PathStep[] = [];
  /** Of each level of the path, innermost last. */
  const conditions: string[][] = [[]];
  visit(
    spread,
    visitWithTypeInfo(typeInfo, {
      Field: {
        enter: (field) => {
          const answered = field.alias?.value ?? field.name.value;
          path.push({ planned: options.keys.planned(field), answered, conditions: [...(conditions.at(-1) ?? [])] });
          conditions.push([]);
        },
        leave: () => {
          path.pop();
          conditions.pop();
        },
      },
      InlineFragment: {
        enter: ({ typeCondition }) => {
          if (typeCondition) conditions.at(-1)?.push(typeCondition.name.value);
        },
        leave: ({ typeCondition }) => {
          if (typeCondition) conditions.at(-1)?.pop();
        },
      },
      SelectionSet: {
        enter: ({ selections }) => {
          const parentType = typeInfo.getParentType();
          for (const node of selections) {
            if (node.kind !== Kind.INLINE_FRAGMENT || !isCompositeType(parentType)) continue;
            const label = labelOf(node);
            if (label === null) continue;
            const clientLabel = textOf(deferOf(node), 'clientLabel');
            const at = { path: [...path], conditions: [...(conditions.at(-1) ?? [])] };
            fragments.set(label, { label, clientLabel, node, parentType, ...at });
          }
        },
      },
    }),
  );
  return { operation: spread, fragments, document: { kind: Kind.DOCUMENT, definitions: [spread] } };
}

/** The label of a fragment that has `@defer`. */
export function labelOf(fragment: InlineFragmentNode): string | null {
  return textOf(deferOf(fragment), 'label');
}

/** What the planner is given: it knows no more of `@defer` than the specification says. */
export function withoutClientLabels<Node extends DocumentNode | OperationDefinitionNode>(node: Node): Node {
  return visit(node, {
    Argument: ({ name }) => (name.value === 'clientLabel' ? null : undefined),
  });
}

/** `@defer(if: false)` defers nothing. */
function isDeferredBy(directive: DirectiveNode, variables: Readonly<Record<string, unknown>>): boolean {
  const condition = directive.arguments?.find(({ name }) => name.value === 'if')?.value;
  if (condition?.kind === Kind.VARIABLE) return variables[condition.name.value] !== false;
  return condition?.kind !== Kind.BOOLEAN || condition.value;
}

class Spreading {
  private count = 0;
  private labels = 0;

  constructor(private readonly options: Pick<LabelOptions, 'fragments' | 'variables'>) {}

  operation(operation: OperationDefinitionNode): OperationDefinitionNode | null {
    const selectionSet = this.set(operation.selectionSet);
    return this.count > maxSelections ? null : { ...operation, selectionSet };
  }

  private set(set: SelectionSetNode): SelectionSetNode {
    this.count += set.selections.length;
    if (this.count > maxSelections) return set;
    return { ...set, selections: set.selections.map((selection) => this.selection(selection)) };
  }

  private selection(selection: SelectionNode): SelectionNode {
    if (selection.kind === Kind.FIELD) {
      return selection.selectionSet ? { ...selection, selectionSet: this.set(selection.selectionSet) } : selection;
    }
    const definition =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : this.options.fragments[selection.name.value];
    const { typeCondition, selectionSet } = definition ?? {};
    return {
      kind: Kind.INLINE_FRAGMENT,
      ...(typeCondition && { typeCondition }),
      directives: (selection.directives ?? []).flatMap((directive) => this.labelled(directive)),
      selectionSet: this.set(selectionSet ?? { kind: Kind.SELECTION_SET, selections: [] }),
    };
  }

  /** The planner is not always right about conditions, so they are settled before. */
  private labelled(directive: DirectiveNode): DirectiveNode[] {
    if (directive.name.value !== 'defer') return [directive];
    if (!isDeferredBy(directive, this.options.variables)) return [];
    const own = textOf(directive, 'label');
    const given = [
      argument('label', `part_${String(this.labels++)}`),
      ...(own === null ? [] : [argument('clientLabel', own)]),
    ];
    return [{ ...directive, arguments: given }];
  }
}

function argument(name: string, value: string): NonNullable<ConstDirectiveNode['arguments']>[number] {
  return { kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: name }, value: { kind: Kind.STRING, value } };
}

function deferOf({ directives }: InlineFragmentNode): DirectiveNode | undefined {
  return directives?.find(({ name }) => name.value === 'defer');
}

function textOf(directive: DirectiveNode | undefined, name: string): string | null {
  const value = directive?.arguments?.find((given) => given.name.value === name)?.value;
  return value?.kind === Kind.STRING ? value.value : null;
}
