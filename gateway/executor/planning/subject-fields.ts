import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  type SelectionSetNode,
  type TypeNode,
  parse,
  print,
  visit,
} from 'graphql';
import { type ConsentLaw, type ConsentRule, type GuardedField } from '../../consent';
import { type GuardRule, type PlannedGuard } from './guarded-subgraphs';
import { type RequiredField } from './required-fields';

const prefix = '_subject_';

/** Objects that are left out of lists and counts when a rule of their type is not satisfied. */
export interface GuardedMembers {
  /** By type. */
  readonly rules: ReadonlyMap<string, readonly GuardRule[]>;
  /** By the coordinate of the count, e.g. `NoteConnection.totalCount`. */
  readonly counts: ReadonlyMap<string, CountedMembers>;
  /** The same by the coordinate of what is fetched in its place. */
  readonly counted: ReadonlyMap<string, CountedMembers>;
}

export interface CountedMembers {
  /** The field beside the count that says how many there are of whom. */
  readonly subjects: string;
  /** With the subject as the rows of that field have it. */
  readonly rules: readonly GuardRule[];
}

export interface SubjectFields {
  /** The supergraph with the additional fields, and without what it provides past a guard. */
  readonly document: DocumentNode;
  readonly guards: readonly PlannedGuard[];
  readonly members: GuardedMembers;
  /** What the additional fields stand for. */
  readonly fields: ReadonlyMap<string, RequiredField>;
}

/** A field that exists in plans only, for the gateway to find out about whom an object is. */
export function isSubjectField(name: string): boolean {
  return name.startsWith(prefix);
}

/**
 * For planning only, the field that says whose an object is becomes a second field when it is guarded itself, as it is in
 * a type that is guarded as a whole: the gateway has to know it before it may ask, and clients only afterwards.
 * @param supergraph SDL
 */
export function separateSubjects(
  supergraph: DocumentNode,
  { fields: guarded, types, counts }: ConsentLaw,
): SubjectFields {
  const isGuarded = guardTest(guarded);
  const added = new Map<string, Set<string>>();
  const ruleOf = ({ typeName, purpose, dataCategory, subjectPath }: ConsentRule): GuardRule => {
    const [start = '', ...rest] = subjectPath;
    if (!isGuarded(typeName, start)) return { purpose, dataCategory, subjectPath };
    added.set(typeName, (added.get(typeName) ?? new Set()).add(start));
    return { purpose, dataCategory, subjectPath: [prefix + start, ...rest] };
  };
  const guards = guarded.map((field) => ({ ...field, rules: field.rules.map(ruleOf) }));
  const members = membersOf(
    types.map((rule) => ({ typeName: rule.typeName, rule: ruleOf(rule) })),
    counts,
  );
  const document = visit(withoutProvided(supergraph, isGuarded), {
    ObjectTypeDefinition: (type) => {
      const starts = added.get(type.name.value);
      const fields = type.fields ?? [];
      return {
        ...type,
        fields: [...fields, ...fields.filter(({ name }) => starts?.has(name.value)).map(subjectField)],
      };
    },
  });
  const starts = [...added.values()].flatMap((names) => [...names]);
  const fields = new Map(starts.map((name) => [prefix + name, { name, arguments: [] }]));
  return { document, guards, members, fields };
}

function membersOf(
  types: readonly { readonly typeName: string; readonly rule: GuardRule }[],
  counts: ConsentLaw['counts'],
): GuardedMembers {
  const rules = new Map<string, GuardRule[]>();
  for (const { typeName, rule } of types) rules.set(typeName, [...(rules.get(typeName) ?? []), rule]);
  const counted = counts.map(({ of, subjects, ...at }) => {
    const ofRows = (rules.get(of) ?? []).map((rule) => ({ ...rule, subjectPath: ['subject'] }));
    return { ...at, subjects, count: { subjects, rules: ofRows } };
  });
  return {
    rules,
    counts: new Map(counted.map(({ typeName, fieldName, count }) => [`${typeName}.${fieldName}`, count])),
    counted: new Map(counted.map(({ typeName, subjects, count }) => [`${typeName}.${subjects}`, count])),
  };
}

type IsGuarded = (typeName: string, fieldName: string) => boolean;

function guardTest(guarded: readonly GuardedField[]): IsGuarded {
  const coordinates = new Set(guarded.map(({ typeName, fieldName }) => `${typeName}.${fieldName}`));
  return (typeName, fieldName) => coordinates.has(`${typeName}.${fieldName}`);
}

/** Of the same subgraphs as the field it stands for. */
function subjectField({ name, type, directives }: FieldDefinitionNode): FieldDefinitionNode {
  return {
    kind: Kind.FIELD_DEFINITION,
    name: { kind: Kind.NAME, value: prefix + name.value },
    type,
    directives: (directives ?? []).filter((directive) => directive.name.value === 'join__field'),
  };
}

/** `@provides` is a way to a field past its owner, and so past the guard. It is a short cut; without it there is the way. */
function withoutProvided(supergraph: DocumentNode, isGuarded: IsGuarded): DocumentNode {
  const types = new SelectableTypes(supergraph);
  return visit(supergraph, {
    FieldDefinition: (field) => {
      const returned = nameOfType(field.type);
      const directives = (field.directives ?? []).map((join) => withoutGuarded(join, returned, { types, isGuarded }));
      return { ...field, directives };
    },
  });
}

interface Provided {
  readonly types: SelectableTypes;
  readonly isGuarded: IsGuarded;
}

function withoutGuarded(join: ConstDirectiveNode, typeName: string, provided: Provided): ConstDirectiveNode {
  const given = (join.arguments ?? []).flatMap((argument) => {
    if (argument.name.value !== 'provides' || argument.value.kind !== Kind.STRING) return [argument];
    const [definition] = parse(`{ ${argument.value.value} }`).definitions;
    if (definition?.kind !== Kind.OPERATION_DEFINITION) return [argument];
    const set = unguarded(definition.selectionSet, typeName, provided);
    if (!set) return [];
    return [{ ...argument, value: { ...argument.value, value: set.selections.map(print).join(' ') } }];
  });
  return join.name.value === 'join__field' ? { ...join, arguments: given } : join;
}

/** @returns null when nothing is left */
function unguarded(set: SelectionSetNode, typeName: string, provided: Provided): SelectionSetNode | null {
  const { types, isGuarded } = provided;
  const selections = set.selections.flatMap((selection) => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return [];
    const isField = selection.kind === Kind.FIELD;
    if (isField && types.membersOf(typeName).some((member) => isGuarded(member, selection.name.value))) return [];
    if (!selection.selectionSet) return [selection];
    const inner = isField
      ? types.fieldType(typeName, selection.name.value)
      : (selection.typeCondition?.name.value ?? typeName);
    const left = unguarded(selection.selectionSet, inner, provided);
    return left ? [{ ...selection, selectionSet: left }] : [];
  });
  return selections.length > 0 ? { ...set, selections } : null;
}

class SelectableTypes {
  private readonly fields = new Map<string, string>();
  private readonly members = new Map<string, string[]>();

  constructor({ definitions }: DocumentNode) {
    for (const type of definitions) {
      if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
      for (const field of type.fields ?? []) {
        this.fields.set(`${type.name.value}.${field.name.value}`, nameOfType(field.type));
      }
      for (const { name } of type.interfaces ?? []) {
        this.members.set(name.value, [...(this.members.get(name.value) ?? []), type.name.value]);
      }
    }
  }

  /** The type itself, and those that implement it. */
  membersOf(typeName: string): string[] {
    return [typeName, ...(this.members.get(typeName) ?? [])];
  }

  fieldType(typeName: string, fieldName: string): string {
    return this.fields.get(`${typeName}.${fieldName}`) ?? '';
  }
}

function nameOfType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOfType(type.type);
}
