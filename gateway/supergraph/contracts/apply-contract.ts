import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  type SchemaDefinitionNode,
  type TypeDefinitionNode,
  isTypeDefinitionNode,
  parse,
  print,
} from 'graphql';
import { canonicaliseDirectives, findLocalName } from '../canonical-directives';
import { loadSupergraph } from '../load';
import { type Contract } from './contract-config';
import { ContractFilter, bearsTag } from './contract-filter';
import { reachableTypes } from './reachable-types';

export interface ContractSupergraph {
  /** A supergraph like any other, in which what the contract hides is `@inaccessible`: plans may still use it. */
  readonly sdl: string;
  /** False when nothing in the supergraph bears any of the contract's tags. */
  readonly bearsTags: boolean;
}

/**
 * The part of a supergraph that a contract leaves.
 * @throws {SupergraphError} when what is left is not a schema: a field stays whose type goes, or nothing of Query is left
 */
export function applyContract(sdl: string, contract: Contract): ContractSupergraph {
  const document = parse(sdl);
  const canonical = canonicaliseDirectives(document);
  const filter = new ContractFilter(canonical, contract);
  if (contract.hideUnreachableTypes) {
    const reached = reachableTypes(canonical, filter);
    for (const name of filter.types.keys()) if (!reached.has(name)) filter.hidden.add(name);
  }
  const contracted = print(hide(document, filter.hidden));
  loadSupergraph(contracted);
  return { sdl: contracted, bearsTags: bearsTag(canonical, contract) };
}

function hide(document: DocumentNode, hidden: ReadonlySet<string>): DocumentNode {
  const localName = findLocalName(document, 'inaccessible');
  const mark = marker(hidden, localName ?? 'inaccessible');
  const definitions = (localName === null ? withInaccessible(document) : document).definitions;
  return {
    ...document,
    definitions: definitions.map((node) => (isTypeDefinitionNode(node) ? hideInType(node, mark) : node)),
  };
}

interface Markable {
  readonly directives?: readonly ConstDirectiveNode[] | undefined;
}
type Mark = <Node extends Markable>(node: Node, coordinate: string) => Node;

/** Marks what is hidden, unless the supergraph has done so. */
function marker(hidden: ReadonlySet<string>, directiveName: string): Mark {
  const directive: ConstDirectiveNode = {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: directiveName },
  };
  return (node, coordinate) => {
    const directives = node.directives ?? [];
    if (!hidden.has(coordinate) || directives.some(({ name }) => name.value === directiveName)) return node;
    return { ...node, directives: [...directives, directive] };
  };
}

function hideInType(type: TypeDefinitionNode, mark: Mark): TypeDefinitionNode {
  const name = type.name.value;
  const marked = mark(type, name);
  switch (marked.kind) {
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_DEFINITION:
      return { ...marked, fields: (marked.fields ?? []).map((field) => hideInField(name, field, mark)) };
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      return { ...marked, fields: (marked.fields ?? []).map((field) => mark(field, `${name}.${field.name.value}`)) };
    case Kind.ENUM_TYPE_DEFINITION:
      return { ...marked, values: (marked.values ?? []).map((value) => mark(value, `${name}.${value.name.value}`)) };
    default:
      return marked;
  }
}

function hideInField(typeName: string, field: FieldDefinitionNode, mark: Mark): FieldDefinitionNode {
  const coordinate = `${typeName}.${field.name.value}`;
  const given = (field.arguments ?? []).map((argument) => mark(argument, `${coordinate}.${argument.name.value}`));
  return { ...mark(field, coordinate), arguments: given };
}

/** What a supergraph that hides nothing yet needs, to hide something. */
const inaccessibleSpecification = parse(`
  schema @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY) { query: Query }
  directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM
    | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION
`);

function withInaccessible(document: DocumentNode): DocumentNode {
  const [linked, ...added] = inaccessibleSpecification.definitions;
  const link = (linked as SchemaDefinitionNode).directives ?? [];
  const definitions = document.definitions.map((node) =>
    node.kind === Kind.SCHEMA_DEFINITION ? { ...node, directives: [...(node.directives ?? []), ...link] } : node,
  );
  return { ...document, definitions: [...definitions, ...added] };
}
