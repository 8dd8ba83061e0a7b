import { type FetchNode, type QueryPlanSelectionNode } from '@apollo/query-planner';
import { type DocumentNode, type FieldNode, type InlineFragmentNode, Kind, parse, print, visit } from 'graphql';
import { type PlanningSupergraph, type RequiredFields } from '../planning';

/** Fields of one fetch that may be asked together, and what they require under names of the plan. */
interface Party {
  readonly fields: Set<FieldNode>;
  readonly required: Set<string>;
}

/**
 * Several fetches for one whose fields require the same field with different arguments: a representation has room for
 * one value under one name.
 */
export function splitByRequired(
  node: FetchNode,
  { requiredFields, requiredBy }: Pick<PlanningSupergraph, 'requiredFields' | 'requiredBy'>,
): FetchNode[] {
  const { requires = [] } = node;
  if (!isAmbiguous(namesIn(requires), requiredFields)) return [node];
  const parties: Party[] = [];
  const document = parse(node.operation);
  mapEntities(document, (fragment) => {
    for (const field of fragment.selectionSet.selections) {
      if (field.kind !== Kind.FIELD) continue;
      const needed = requiredBy.get(`${fragment.typeCondition?.name.value ?? ''}.${field.name.value}`) ?? new Set();
      seat(field, needed, { parties, requiredFields });
    }
    return fragment;
  });
  return parties.map(({ fields, required }) => ({
    ...node,
    requires: only(requires, required, requiredFields),
    operation: print(mapEntities(document, (fragment) => onlyFields(fragment, fields))),
  }));
}

/** Changes what is asked of each type of entity: the fragments within `_entities`. */
function mapEntities(
  document: DocumentNode,
  change: (fragment: InlineFragmentNode) => InlineFragmentNode,
): DocumentNode {
  return visit(document, {
    Field: (field) => {
      if (field.name.value !== '_entities' || !field.selectionSet) return false;
      const selections = field.selectionSet.selections
        .map((selection) => (selection.kind === Kind.INLINE_FRAGMENT ? change(selection) : selection))
        .filter((selection) => selection.kind !== Kind.INLINE_FRAGMENT || selection.selectionSet.selections.length > 0);
      return { ...field, selectionSet: { ...field.selectionSet, selections } };
    },
  });
}

function seat(
  field: FieldNode,
  needed: ReadonlySet<string>,
  { parties, requiredFields }: { parties: Party[]; requiredFields: RequiredFields },
): void {
  const open = parties.find(({ required }) => !isAmbiguous(new Set([...required, ...needed]), requiredFields));
  const party = open ?? { fields: new Set(), required: new Set() };
  if (!open) parties.push(party);
  party.fields.add(field);
  for (const name of needed) party.required.add(name);
}

/** Do two of the names stand for one field? */
function isAmbiguous(names: ReadonlySet<string>, requiredFields: RequiredFields): boolean {
  const real = [...names].map((name) => requiredFields.get(name)?.name ?? name);
  return new Set(real).size < real.length;
}

function namesIn(selections: readonly QueryPlanSelectionNode[]): Set<string> {
  const names = new Set<string>();
  for (const selection of selections) {
    if (selection.kind === 'Field') names.add(selection.name);
    for (const name of namesIn(selection.selections ?? [])) names.add(name);
  }
  return names;
}

/** Without what stands for a field that the party requires otherwise. */
function only(
  selections: readonly QueryPlanSelectionNode[],
  required: ReadonlySet<string>,
  requiredFields: RequiredFields,
): QueryPlanSelectionNode[] {
  const taken = new Set([...required].flatMap((name) => requiredFields.get(name)?.name ?? []));
  const isNeeded = (selection: QueryPlanSelectionNode): boolean => {
    if (selection.kind !== 'Field' || required.has(selection.name)) return true;
    return !requiredFields.has(selection.name) && !taken.has(selection.name);
  };
  return selections
    .filter(isNeeded)
    .map((selection) =>
      selection.selections
        ? { ...selection, selections: only(selection.selections, required, requiredFields) }
        : selection,
    );
}

function onlyFields(fragment: InlineFragmentNode, fields: ReadonlySet<FieldNode>): InlineFragmentNode {
  const selections = fragment.selectionSet.selections.filter(
    (selection) => selection.kind !== Kind.FIELD || fields.has(selection),
  );
  return { ...fragment, selectionSet: { ...fragment.selectionSet, selections } };
}
