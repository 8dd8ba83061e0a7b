import { type DirectiveNode, type DocumentNode, Kind, type SelectionNode, type SelectionSetNode, visit } from 'graphql';
import { typenameField } from './typename-field';

type Variables = Readonly<Record<string, unknown>>;

/**
 * The document with its `@skip`s and `@include`s carried out. An object of which nothing is left is still asked for: that
 * it is there is an answer.
 * @param variables coerced, with defaults
 */
export function settleConditions(document: DocumentNode, variables: Variables): DocumentNode {
  return visit(document, {
    SelectionSet: (set): SelectionSetNode | undefined => {
      if (!set.selections.some(isConditional)) return undefined;
      const selections = set.selections.filter((selection) => isSelected(selection, variables)).map(withoutConditions);
      return { ...set, selections: selections.length > 0 ? selections : [typenameField] };
    },
  });
}

function isSelected({ directives = [] }: SelectionNode, variables: Variables): boolean {
  return directives.filter(isCondition).every(({ name, arguments: given }) => {
    const value = given?.[0]?.value;
    const holds = value?.kind === Kind.VARIABLE ? variables[value.name.value] === true : isTrue(value);
    return holds === (name.value === 'include');
  });
}

function isTrue(value: NonNullable<DirectiveNode['arguments']>[number]['value'] | undefined): boolean {
  return value?.kind === Kind.BOOLEAN && value.value;
}

function withoutConditions(selection: SelectionNode): SelectionNode {
  return { ...selection, directives: (selection.directives ?? []).filter((directive) => !isCondition(directive)) };
}

function isConditional({ directives = [] }: SelectionNode): boolean {
  return directives.some(isCondition);
}

function isCondition({ name }: DirectiveNode): boolean {
  return name.value === 'skip' || name.value === 'include';
}
