import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type TypeNode,
  type ValueNode,
  parse,
} from 'graphql';
import { SupergraphError } from '../supergraph';

/** One `@consent` of the supergraph: what is released only while a person agrees. */
export interface ConsentRule {
  readonly typeName: string;
  /** Null when objects of the type are protected as a whole. */
  readonly fieldName: string | null;
  readonly purpose: string;
  readonly dataCategory: string;
  /** From an object of the type to the id of the person whose consent decides. */
  readonly subjectPath: readonly string[];
}

type Composite = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

/** The parts of a supergraph's SDL that the rules are checked against. */
interface Schema {
  readonly types: ReadonlyMap<string, Composite>;
  readonly rootTypes: ReadonlySet<string>;
  /** Of the directive's arguments. */
  readonly defaults: ReadonlyMap<string, string>;
}

/**
 * Every `@consent` of a supergraph, of its fields and its object types.
 * @throws {SupergraphError} naming each declaration that could not be enforced: a law that does not hold must not load
 */
export function readConsentRules(policy: DocumentNode): ConsentRule[] {
  const schema = readSchema(policy);
  const rules = [...schema.types.values()].flatMap((type) => rulesOf(type, schema));
  const problems = rules.flatMap((rule) => problemsOf(rule, schema));
  if (problems.length > 0) throw new SupergraphError('Some @consent declarations cannot be enforced:', problems);
  return rules;
}

function readSchema({ definitions }: DocumentNode): Schema {
  const types = new Map<string, Composite>();
  const rootTypes = new Set<string>();
  const defaults = new Map<string, string>();
  for (const node of definitions) {
    if (node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION) {
      types.set(node.name.value, node);
    } else if (node.kind === Kind.SCHEMA_DEFINITION) {
      for (const { type } of node.operationTypes) rootTypes.add(type.name.value);
    } else if (node.kind === Kind.DIRECTIVE_DEFINITION && node.name.value === 'consent') {
      for (const { name, defaultValue } of node.arguments ?? []) defaults.set(name.value, textOf(defaultValue));
    }
  }
  return { types, rootTypes, defaults };
}

function rulesOf(type: Composite, { defaults }: Schema): ConsentRule[] {
  const read = (fieldName: string | null, directives: readonly ConstDirectiveNode[] = []): ConsentRule[] =>
    directives
      .filter(({ name }) => name.value === 'consent')
      .map((directive) => {
        const given = (name: string): string => argument(directive, name) ?? defaults.get(name) ?? '';
        const [purpose, dataCategory, subject] = [given('purpose'), given('dataCategory'), given('subject')];
        return { typeName: type.name.value, fieldName, purpose, dataCategory, subjectPath: subject.split('.') };
      });
  return [
    ...read(null, type.directives),
    ...(type.fields ?? []).flatMap((field) => read(field.name.value, field.directives)),
  ];
}

function problemsOf(rule: ConsentRule, schema: Schema): string[] {
  const at = rule.fieldName === null ? rule.typeName : `${rule.typeName}.${rule.fieldName}`;
  const problems = [
    rule.purpose === '' ? 'it names no purpose' : null,
    schema.rootTypes.has(rule.typeName) ? 'it stands on a root type, which is nobody’s' : null,
    problemOfPlace(rule, schema),
    problemOfPath(rule, schema),
  ];
  return problems.flatMap((problem) => (problem === null ? [] : [`${at}: ${problem}`]));
}

function problemOfPlace({ typeName, fieldName }: ConsentRule, { types }: Schema): string | null {
  const type = types.get(typeName);
  if (type?.kind !== Kind.OBJECT_TYPE_DEFINITION) {
    return 'it stands on an interface; put it on the types that implement it';
  }
  if (fieldName === null) return problemOfObjects(type);
  const field = type.fields?.find(({ name }) => name.value === fieldName);
  return field ? problemOfField(type, field) : null;
}

/** Each of their fields is protected but those of keys, by which they are found. */
function problemOfObjects(type: ObjectTypeDefinitionNode): string | null {
  const keys = keyFieldsOf(type);
  const fields = (type.fields ?? []).filter(({ name }) => !keys.has(name.value));
  const problem = fields
    .map((field) => [field.name.value, problemOfFetch(type, field)] as const)
    .find(([, one]) => one);
  return problem ? `its field ${problem[0]} cannot be protected: ${problem[1] ?? ''}` : null;
}

function problemOfField(type: ObjectTypeDefinitionNode, field: FieldDefinitionNode): string | null {
  const problem = problemOfFetch(type, field);
  if (problem !== null) return problem;
  if (field.type.kind === Kind.NON_NULL_TYPE) return 'it is not nullable, so a refusal would take its parent along';
  return keyFieldsOf(type).has(field.name.value) ? 'it is part of a key, which every plan may fetch' : null;
}

/** A protected field is fetched by itself, through the entity, once its subject is known. */
function problemOfFetch(type: ObjectTypeDefinitionNode, field: FieldDefinitionNode): string | null {
  const memberships = named(type.directives, 'join__type');
  const joins = named(field.directives, 'join__field');
  if (joins.some((join) => argument(join, 'graph') === undefined)) {
    return 'an interface object brings it, which does not know the type';
  }
  const keyed = memberships.filter(
    (join) => argument(join, 'key') !== undefined && argument(join, 'resolvable') !== 'false',
  );
  const reachable = new Set(keyed.map((join) => argument(join, 'graph')));
  const owners = ownersOf(field, memberships);
  const isReachable = owners.some((graph) => reachable.has(graph));
  return isReachable ? null : `its type is no entity of ${owners.join(' or ')}, so it cannot be fetched by itself`;
}

/** Names of a type's fields that stand in one of its keys. Every plan may fetch them. */
export function keyFieldsOf({ directives }: ObjectTypeDefinitionNode): ReadonlySet<string> {
  const keys = named(directives, 'join__type').map((join) => argument(join, 'key') ?? '');
  return new Set(keys.flatMap(topFields));
}

/** The graphs that resolve a field: those that say so, or all that know its type. */
function ownersOf(field: FieldDefinitionNode, memberships: readonly ConstDirectiveNode[]): (string | undefined)[] {
  const own = named(field.directives, 'join__field').filter((join) => argument(join, 'graph') !== undefined);
  const resolving = own.filter((join) => argument(join, 'external') !== 'true');
  return (own.length > 0 ? resolving : memberships).map((join) => argument(join, 'graph'));
}

function problemOfPath({ typeName, subjectPath }: ConsentRule, { types }: Schema): string | null {
  let current = typeName;
  for (const [index, step] of subjectPath.entries()) {
    const type = types.get(current);
    const field = type?.fields?.find(({ name }) => name.value === step);
    const problem = problemOfStep(field) ?? (index > 0 ? problemOfOwner(type, step) : null);
    if (problem !== null) return `its subject ${subjectPath.join('.')} ${problem} at ${step}`;
    current = (field && namedType(field.type)) ?? '';
  }
  return current === 'ID' ? null : `its subject ${subjectPath.join('.')} is no ID`;
}

function problemOfStep(field: FieldDefinitionNode | undefined): string | null {
  if (!field) return 'is not there';
  if (namedType(field.type) === undefined) return 'is a list';
  if (field.arguments?.some(isRequired)) return 'needs an argument';
  return named(field.directives, 'consent').length > 0 ? 'needs consent itself' : null;
}

/** The gateway itself reads whose an object is, of the object that is protected and of no other. */
function problemOfOwner(type: Composite | undefined, step: string): string | null {
  if (type?.kind !== Kind.OBJECT_TYPE_DEFINITION || named(type.directives, 'consent').length === 0) return null;
  return keyFieldsOf(type).has(step) ? null : 'needs consent itself';
}

/** @returns undefined for a list: a field has one subject */
function namedType(type: TypeNode): string | undefined {
  if (type.kind === Kind.NON_NULL_TYPE) return namedType(type.type);
  return type.kind === Kind.NAMED_TYPE ? type.name.value : undefined;
}

function isRequired({ type, defaultValue }: { readonly type: TypeNode; readonly defaultValue?: unknown }): boolean {
  return type.kind === Kind.NON_NULL_TYPE && defaultValue === undefined;
}

function named(directives: readonly ConstDirectiveNode[] = [], name: string): ConstDirectiveNode[] {
  return directives.filter((directive) => directive.name.value === name);
}

function argument(directive: ConstDirectiveNode, name: string): string | undefined {
  const given = directive.arguments?.find((one) => one.name.value === name);
  return given && textOf(given.value);
}

function textOf(value: ValueNode | undefined): string {
  return value && 'value' in value ? String(value.value) : '';
}

/** The first steps of a field set: `organisation { id } number` has two. */
function topFields(fieldSet: string): string[] {
  const [definition] = fieldSet === '' ? [] : parse(`{ ${fieldSet} }`).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) return [];
  return definition.selectionSet.selections.flatMap((field) => (field.kind === Kind.FIELD ? [field.name.value] : []));
}
