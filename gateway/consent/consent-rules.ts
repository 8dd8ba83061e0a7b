import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type TypeNode,
  type ValueNode,
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

/** A rule of one field. */
export interface FieldConsentRule extends ConsentRule {
  readonly fieldName: string;
}

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

/**
 * The rules as those of fields, for an executor that enforces no others.
 * @throws {SupergraphError} when a rule protects objects as a whole
 */
export function fieldRules(rules: readonly ConsentRule[]): FieldConsentRule[] {
  const ofFields = rules.filter((rule): rule is FieldConsentRule => rule.fieldName !== null);
  const ofTypes = rules.filter(({ fieldName }) => fieldName === null);
  if (ofTypes.length === 0) return ofFields;
  const problems = ofTypes.map(({ typeName }) => `${typeName}: put it on the fields that need consent`);
  throw new SupergraphError('Objects cannot be protected by @consent as a whole:', problems);
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
  const field = type.fields?.find(({ name }) => name.value === fieldName);
  return field ? problemOfField(type, field) : null;
}

/** A protected field is fetched by itself, through the entity, once its subject is known. */
function problemOfField(type: ObjectTypeDefinitionNode, field: FieldDefinitionNode): string | null {
  const memberships = named(type.directives, 'join__type');
  const keys = memberships.filter(
    (join) => argument(join, 'key') !== undefined && argument(join, 'resolvable') !== 'false',
  );
  const reachable = new Set(keys.map((join) => argument(join, 'graph')));
  const owners = ownersOf(field, memberships);
  if (!owners.some((graph) => reachable.has(graph))) {
    return `its type is no entity of ${owners.join(' or ')}, so it cannot be fetched by itself`;
  }
  if (field.type.kind === Kind.NON_NULL_TYPE) return 'it is not nullable, so a refusal would take its parent along';
  const isKey = keys.some((join) => namesIn(argument(join, 'key') ?? '').includes(field.name.value));
  return isKey ? 'it is part of a key, which every plan may fetch' : null;
}

/** The graphs that resolve a field: those that say so, or all that know its type. */
function ownersOf(field: FieldDefinitionNode, memberships: readonly ConstDirectiveNode[]): (string | undefined)[] {
  const own = named(field.directives, 'join__field').filter((join) => argument(join, 'graph') !== undefined);
  const resolving = own.filter((join) => argument(join, 'external') !== 'true');
  return (own.length > 0 ? resolving : memberships).map((join) => argument(join, 'graph'));
}

function problemOfPath({ typeName, subjectPath }: ConsentRule, { types }: Schema): string | null {
  let current = typeName;
  for (const step of subjectPath) {
    const field = types.get(current)?.fields?.find(({ name }) => name.value === step);
    const problem = problemOfStep(field);
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

function namesIn(fieldSet: string): string[] {
  return fieldSet.match(/\w+/g) ?? [];
}
