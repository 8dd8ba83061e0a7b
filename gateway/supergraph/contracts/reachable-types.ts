import {
  type DocumentNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
  type TypeDefinitionNode,
  type TypeNode,
} from 'graphql';
import { type ContractFilter, isFielded } from './contract-filter';

const rootTypes = ['Query', 'Mutation', 'Subscription'];

/** The types that some field, argument, interface or directive that a client can see leads to. */
export function reachableTypes(document: DocumentNode, filter: ContractFilter): ReadonlySet<string> {
  const implementers = collectImplementers(filter.types);
  const reached = new Set<string>();
  const pending = [...rootNames(document), ...directiveTypes(document)];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const type = filter.types.get(name);
    if (!type || reached.has(name) || filter.hides(name)) continue;
    reached.add(name);
    pending.push(...neighboursOf(type, filter), ...(implementers.get(name) ?? []));
  }
  return reached;
}

function neighboursOf(type: TypeDefinitionNode, filter: ContractFilter): string[] {
  const name = type.name.value;
  if (isFielded(type)) {
    const fields = (type.fields ?? []).filter((field) => !filter.hides(name, field.name.value));
    const interfaces = (type.interfaces ?? []).map((declared) => declared.name.value);
    return [...interfaces, ...fields.flatMap((field) => typesOfField(name, field, filter))];
  }
  switch (type.kind) {
    case Kind.UNION_TYPE_DEFINITION:
      return (type.types ?? []).map((member) => member.name.value);
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      return (type.fields ?? []).filter((field) => !filter.hides(name, field.name.value)).map(namedType);
    default:
      return [];
  }
}

function typesOfField(typeName: string, field: FieldDefinitionNode, filter: ContractFilter): string[] {
  const visible = (field.arguments ?? []).filter(
    (argument) => !filter.hides(typeName, field.name.value, argument.name.value),
  );
  return [namedType(field), ...visible.map(namedType)];
}

function rootNames(document: DocumentNode): string[] {
  const schema = document.definitions.find((definition) => definition.kind === Kind.SCHEMA_DEFINITION);
  return schema ? schema.operationTypes.map(({ type }) => type.name.value) : rootTypes;
}

/** A directive stays in the schema whatever a contract hides, and so must the types of its arguments. */
function directiveTypes(document: DocumentNode): string[] {
  return document.definitions
    .filter((definition) => definition.kind === Kind.DIRECTIVE_DEFINITION)
    .flatMap((definition) => (definition.arguments ?? []).map(namedType));
}

function collectImplementers(types: ReadonlyMap<string, TypeDefinitionNode>): ReadonlyMap<string, string[]> {
  const implementers = new Map<string, string[]>();
  for (const type of types.values()) {
    for (const { name } of isFielded(type) ? (type.interfaces ?? []) : []) {
      implementers.set(name.value, [...(implementers.get(name.value) ?? []), type.name.value]);
    }
  }
  return implementers;
}

function namedType({ type }: FieldDefinitionNode | InputValueDefinitionNode): string {
  let inner: TypeNode = type;
  while (inner.kind !== Kind.NAMED_TYPE) inner = inner.type;
  return inner.name.value;
}
