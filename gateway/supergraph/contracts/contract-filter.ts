import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type EnumTypeDefinitionNode,
  type FieldDefinitionNode,
  type InputObjectTypeDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type TypeDefinitionNode,
  isTypeDefinitionNode,
} from 'graphql';
import { textArgument } from '../canonical-directives';
import { type Contract } from './contract-config';

type FieldedNode = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;
interface Tagged {
  readonly directives?: readonly ConstDirectiveNode[] | undefined;
}

/** Names that specifications have brought into the supergraph (`join__Graph`): they belong to no contract. */
const isOfSpecification = (name: string): boolean => name.includes('__');

/**
 * The coordinates that a contract hides, by Apollo's rules: a type's tags are its fields' tags too; a type whose last
 * field goes, goes; a union whose last member goes, goes; an interface loses the fields that an implementer has lost.
 */
export class ContractFilter {
  readonly types: ReadonlyMap<string, TypeDefinitionNode>;
  readonly hidden: Set<string>;
  private readonly include: ReadonlySet<string>;
  private readonly exclude: ReadonlySet<string>;

  /** @param document with the directives' own names */
  constructor(document: DocumentNode, contract: Contract) {
    this.types = new Map(
      document.definitions.filter(isOwnType).map((definition) => [definition.name.value, definition]),
    );
    this.include = new Set(contract.include);
    this.exclude = new Set(contract.exclude);
    this.hidden = findInaccessible(this.types);
    for (const type of this.types.values()) this.hideByTags(type);
    while (this.hideWhatIsLeftEmpty()) {
      // Whatever goes may leave something else empty.
    }
  }

  hides(...path: readonly [string, ...string[]]): boolean {
    return path.some((_, index) => this.hidden.has(path.slice(0, index + 1).join('.')));
  }

  private hideByTags(type: TypeDefinitionNode): void {
    const name = type.name.value;
    const tags = tagsOf(type);
    if (this.isExcluded(tags) || (isUnion(type) && !this.isIncluded(tags))) this.hidden.add(name);
    if (isFielded(type)) for (const field of type.fields ?? []) this.hideField(name, field, tags);
    for (const child of childrenOf(type)) {
      if (this.isExcluded(tagsOf(child))) this.hidden.add(`${name}.${child.name.value}`);
    }
  }

  private hideField(typeName: string, field: FieldDefinitionNode, inherited: ReadonlySet<string>): void {
    const coordinate = `${typeName}.${field.name.value}`;
    const tags = new Set([...inherited, ...tagsOf(field)]);
    if (this.isExcluded(tags) || !this.isIncluded(tags)) this.hidden.add(coordinate);
    for (const argument of field.arguments ?? []) {
      if (this.isExcluded(tagsOf(argument))) this.hidden.add(`${coordinate}.${argument.name.value}`);
    }
  }

  private isExcluded(tags: ReadonlySet<string>): boolean {
    return [...tags].some((tag) => this.exclude.has(tag));
  }

  private isIncluded(tags: ReadonlySet<string>): boolean {
    return this.include.size === 0 || [...tags].some((tag) => this.include.has(tag));
  }

  /** @returns whether anything was hidden */
  private hideWhatIsLeftEmpty(): boolean {
    const before = this.hidden.size;
    for (const type of this.types.values()) {
      const name = type.name.value;
      if (this.hidden.has(name)) continue;
      if (isFielded(type)) this.hideLostInterfaceFields(type);
      if (this.isLeftEmpty(type)) this.hidden.add(name);
    }
    return this.hidden.size > before;
  }

  private hideLostInterfaceFields(type: FieldedNode): void {
    const lost = (type.fields ?? [])
      .map((field) => field.name.value)
      .filter((field) => this.hides(type.name.value, field));
    for (const { name } of type.interfaces ?? []) {
      const declared = this.types.get(name.value);
      if (!declared || !isFielded(declared)) continue;
      for (const field of declared.fields ?? []) {
        if (lost.includes(field.name.value)) this.hidden.add(`${name.value}.${field.name.value}`);
      }
    }
  }

  private isLeftEmpty(type: TypeDefinitionNode): boolean {
    const name = type.name.value;
    if (isUnion(type)) return (type.types ?? []).every((member) => this.hidden.has(member.name.value));
    const parts = isFielded(type) ? (type.fields ?? []) : childrenOf(type);
    return parts.length > 0 && parts.every((part) => this.hidden.has(`${name}.${part.name.value}`));
  }
}

/** Whether any element bears one of the tags. */
export function bearsTag(document: DocumentNode, { include, exclude }: Contract): boolean {
  const wanted = new Set([...include, ...exclude]);
  const bears = (node: Tagged): boolean => [...tagsOf(node)].some((tag) => wanted.has(tag));
  return document.definitions.filter(isOwnType).some((type) => {
    const fields = isFielded(type) ? (type.fields ?? []) : [];
    const parts = [type, ...fields, ...fields.flatMap((field) => field.arguments ?? []), ...childrenOf(type)];
    return parts.some(bears);
  });
}

/** What the supergraph hides from everybody. */
function findInaccessible(types: ReadonlyMap<string, TypeDefinitionNode>): Set<string> {
  const found = new Set<string>();
  const check = (node: Tagged, coordinate: string): void => {
    if (node.directives?.some(({ name }) => name.value === 'inaccessible')) found.add(coordinate);
  };
  for (const [name, type] of types) {
    check(type, name);
    for (const child of childrenOf(type)) check(child, `${name}.${child.name.value}`);
    for (const field of isFielded(type) ? (type.fields ?? []) : []) {
      check(field, `${name}.${field.name.value}`);
      for (const argument of field.arguments ?? [])
        check(argument, `${name}.${field.name.value}.${argument.name.value}`);
    }
  }
  return found;
}

function isOwnType(definition: DefinitionNode): definition is TypeDefinitionNode {
  return isTypeDefinitionNode(definition) && !isOfSpecification(definition.name.value);
}

export function isFielded(type: TypeDefinitionNode): type is FieldedNode {
  return type.kind === Kind.OBJECT_TYPE_DEFINITION || type.kind === Kind.INTERFACE_TYPE_DEFINITION;
}

function isUnion(type: TypeDefinitionNode): type is Extract<TypeDefinitionNode, { types?: unknown }> {
  return type.kind === Kind.UNION_TYPE_DEFINITION;
}

/** Values of an enum, fields of an input. Those bear only their own tags, and contracts take nothing in by them. */
function childrenOf(type: TypeDefinitionNode): readonly (Tagged & { readonly name: { readonly value: string } })[] {
  switch (type.kind) {
    case Kind.ENUM_TYPE_DEFINITION:
      return (type satisfies EnumTypeDefinitionNode).values ?? [];
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      return (type satisfies InputObjectTypeDefinitionNode).fields ?? [];
    default:
      return [];
  }
}

function tagsOf({ directives }: Tagged): ReadonlySet<string> {
  const tags = (directives ?? []).filter(({ name }) => name.value === 'tag').map((tag) => textArgument(tag, 'name'));
  return new Set(tags.filter((tag) => tag !== null));
}
