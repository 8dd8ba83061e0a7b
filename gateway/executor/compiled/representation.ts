import {
  type QueryPlanFieldNode,
  type QueryPlanInlineFragmentNode,
  type QueryPlanSelectionNode,
} from '@apollo/query-planner';
import { type RequiredFields } from '../planning';
import { type Entity, isEntity, mergeEntity } from './entity';
import { type EntityBatch } from './entity-batch';
import { jsonOf } from './json';
import { type Rewriter } from './rewrites';
import { type TypeTable } from './type-table';

/** How objects are shown to a subgraph that is to recognise them (`_Any` of the federation specification). */
export interface Representer {
  /**
   * Adds an object to a batch as JSON text, of which equal ones are the same entity.
   * @returns its position, or -1 when the object has no such form: it is of another type, or lacks a field
   */
  readonly in: (batch: EntityBatch, object: Entity) => number;
  /** Whether an object that has such a form has nothing else in it: then those with equal ones are equal. */
  readonly isWhole: (object: Entity) => boolean;
}

type Represent = Representer['in'];

interface FlatForm {
  readonly typeName: string;
  readonly keys: readonly string[];
}

export interface RepresentationOptions {
  readonly types: TypeTable;
  readonly rewrite: Rewriter | null;
  /** Fields that the representation has under names of the plan. */
  readonly requiredFields: RequiredFields;
}

export function compileRepresentation(
  requires: readonly QueryPlanSelectionNode[],
  options: RepresentationOptions,
): Representer {
  const { rewrite, types, requiredFields } = options;
  const forms = rewrite || requiredFields.size > 0 ? null : flatForms(requires, types);
  if (forms) return flatRepresenter(forms);
  return {
    in: (batch, object) => {
      const representation = select(object, requires, types);
      if (!isEntity(representation) || !representation['__typename']) return -1;
      rewrite?.(representation);
      return batch.add(
        JSON.stringify(requiredFields.size > 0 ? withRealNames(representation, requiredFields) : representation),
      );
    },
    isWhole: () => false,
  };
}

/** Keys of scalar fields, which is what nearly all entities have. Null when any is nested or conditions overlap. */
function flatForms(requires: readonly QueryPlanSelectionNode[], types: TypeTable): FlatForm[] | null {
  const forms = requires.map((selection) => flatForm(selection, types)).filter((form) => form !== null);
  const typeNames = new Set(forms.map(({ typeName }) => typeName));
  return typeNames.size === requires.length ? forms : null;
}

function flatForm(selection: QueryPlanSelectionNode, types: TypeTable): FlatForm | null {
  if (selection.kind !== 'InlineFragment' || !types.isObject(selection.typeCondition)) return null;
  const fields = selection.selections.filter((field) => field.kind === 'Field' && !field.selections?.length);
  const keys = fields.map((field) => (field.kind === 'Field' ? (field.alias ?? field.name) : ''));
  const isFlat = fields.length === selection.selections.length && keys.includes('__typename');
  return isFlat ? { typeName: selection.typeCondition, keys } : null;
}

function flatRepresenter(forms: readonly FlatForm[]): Representer {
  const byType = new Map(
    forms.map((form) => [form.typeName, { represent: representOf(form), size: form.keys.length }]),
  );
  const formOf = ({ __typename: name }: Entity): { represent: Represent; size: number } | undefined =>
    typeof name === 'string' ? byType.get(name) : undefined;
  return {
    in: (batch, object) => formOf(object)?.represent(batch, object) ?? -1,
    isWhole: (object) => {
      let size = 0;
      for (const key in object) if (object[key] !== undefined) size++;
      return size === formOf(object)?.size;
    },
  };
}

function representOf({ typeName, keys }: FlatForm): Represent {
  const [only, ...others] = keys.filter((key) => key !== '__typename');
  if (only === undefined || others.length > 0) return severalKeys(prefixed(keys));
  const start = `{"__typename":${JSON.stringify(typeName)},${JSON.stringify(only)}:`;
  return (batch, object) => {
    const value = object[only];
    return value === undefined ? -1 : batch.addKeyed(start, value);
  };
}

function severalKeys(fields: readonly { readonly key: string; readonly prefix: string }[]): Represent {
  return (batch, object) => {
    let text = '{';
    for (const { key, prefix } of fields) {
      const value = object[key];
      if (value === undefined) return -1;
      text += prefix + jsonOf(value);
    }
    return batch.add(`${text}}`);
  };
}

function prefixed(keys: readonly string[]): { key: string; prefix: string }[] {
  return keys.map((key, index) => ({ key, prefix: `${index === 0 ? '' : ','}${JSON.stringify(key)}:` }));
}

/** Null as soon as one of the fields is missing: half a representation is none. */
function select(source: unknown, selections: readonly QueryPlanSelectionNode[], types: TypeTable): unknown {
  if (Array.isArray(source)) return source.map((item) => select(item, selections, types));
  if (!isEntity(source)) return null;
  const result: Entity = {};
  for (const selection of selections) {
    if (selection.kind === 'InlineFragment') selectFragment(source, selection, { types, result });
    else if (!selectField(source, selection, { types, result })) return null;
  }
  return result;
}

interface Selecting {
  readonly types: TypeTable;
  readonly result: Entity;
}

/** @returns false when the object lacks the field */
function selectField(source: Entity, field: QueryPlanFieldNode, { types, result }: Selecting): boolean {
  const key = field.alias ?? field.name;
  const value = source[key];
  if (value === undefined) return false;
  result[key] = field.selections?.length ? select(value, field.selections, types) : value;
  return true;
}

function selectFragment(source: Entity, fragment: QueryPlanInlineFragmentNode, { types, result }: Selecting): void {
  if (fragment.typeCondition !== undefined && !types.fits(source, fragment.typeCondition)) return;
  const inner = select(source, fragment.selections, types);
  if (isEntity(inner)) mergeEntity(result, inner);
}

function withRealNames(value: unknown, requiredFields: RequiredFields): unknown {
  if (Array.isArray(value)) return value.map((item) => withRealNames(item, requiredFields));
  if (!isEntity(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      requiredFields.get(key)?.name ?? key,
      withRealNames(inner, requiredFields),
    ]),
  );
}
