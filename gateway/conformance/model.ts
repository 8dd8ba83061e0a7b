import {
  type ConstDirectiveNode,
  type DocumentNode,
  type EnumTypeDefinitionNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type InterfaceTypeDefinitionNode,
  type SelectionSetNode,
  type TypeNode,
  parse,
  print,
  visit,
} from 'graphql';

/** What one subgraph says of one field. */
export interface FieldFact {
  readonly subgraph: string;
  readonly typename: string;
  readonly name: string;
  readonly type: TypeNode;
  readonly arguments: readonly InputValueDefinitionNode[];
  readonly isExternal: boolean;
  readonly requires: SelectionSetNode | null;
  readonly provides: SelectionSetNode | null;
  /** The subgraph this field was taken over from. */
  readonly overrides: string | null;
}

interface KeyFact {
  readonly subgraph: string;
  readonly typename: string;
  readonly fields: SelectionSetNode;
  readonly isResolvable: boolean;
}

type TypeDefinition = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

const typeKinds = new Map<Kind, 'object' | 'interface'>([
  [Kind.OBJECT_TYPE_DEFINITION, 'object'],
  [Kind.OBJECT_TYPE_EXTENSION, 'object'],
  [Kind.INTERFACE_TYPE_DEFINITION, 'interface'],
  [Kind.INTERFACE_TYPE_EXTENSION, 'interface'],
]);

/** All subgraphs' SDL as facts about fields and keys, read from the text alone and not by federation's own code. */
export class Model {
  private readonly fields: FieldFact[] = [];
  private readonly keys: KeyFact[] = [];
  private readonly abstract = new Map<string, Map<string, Set<string>>>();
  private readonly enums = new Map<string, string[][]>();
  private readonly hidden = new Set<string>();
  /** Names of object types, each with the subgraphs that know it. */
  private readonly objects = new Map<string, Set<string>>();
  private readonly strictest = new Map<string, FieldFact>();

  constructor(subgraphs: Readonly<Record<string, string>>) {
    for (const [subgraph, sdl] of Object.entries(subgraphs)) this.read(subgraph, parse(sdl));
  }

  /** The fact of this very subgraph. */
  factIn(subgraph: string, typename: string, name: string): FieldFact | undefined {
    return this.fields.find((one) => one.subgraph === subgraph && one.typename === typename && one.name === name);
  }

  isOverridden({ subgraph, typename, name }: FieldFact): boolean {
    return this.fields.some((one) => one.typename === typename && one.name === name && one.overrides === subgraph);
  }

  /**
   * What is true of a field wherever it is asked for: the fact of a subgraph that answers it, with the strictest type.
   * A field that an interface object adds is the interface's.
   */
  fact(typename: string, name: string): FieldFact {
    const coordinate = `${typename}.${name}`;
    const known = this.strictest.get(coordinate);
    if (known) return known;
    const own = this.answering(typename, name);
    const facts = own.length > 0 ? own : this.interfacesOf(typename).flatMap((one) => this.answering(one, name));
    const [strictest] = [...facts].sort((one, other) => strictness(other) - strictness(one));
    if (!strictest) throw new Error(`No subgraph answers ${coordinate}`);
    this.strictest.set(coordinate, strictest);
    return strictest;
  }

  /** The fields of some key of the type, as far down as keys go. */
  isKeyField(typename: string, name: string): boolean {
    return this.keysOf(typename).some(({ fields }) => selectionOf(fields, name) !== undefined);
  }

  /** The keys by which the subgraph can be asked for the entity. */
  resolvableKeys(subgraph: string, typename: string): SelectionSetNode[] {
    return this.keys
      .filter((key) => key.subgraph === subgraph && key.typename === typename && key.isResolvable)
      .map(({ fields }) => fields);
  }

  /** Types with a key in this subgraph. */
  entitiesOf(subgraph: string): string[] {
    return [...new Set(this.keys.filter((key) => key.subgraph === subgraph).map(({ typename }) => typename))];
  }

  /** Where faults can be: fields as `Type.field`, entities as `Type.*`. */
  answeredFields(): { readonly subgraph: string; readonly coordinate: string }[] {
    const fields = this.fields.filter(({ isExternal }) => !isExternal);
    return [
      ...fields.map(({ subgraph, typename, name }) => ({ subgraph, coordinate: `${typename}.${name}` })),
      ...this.keys.map(({ subgraph, typename }) => ({ subgraph, coordinate: `${typename}.*` })),
    ];
  }

  isRoot(typename: string): boolean {
    return typename === 'Query' || typename === 'Mutation';
  }

  isAbstract(name: string): boolean {
    return this.abstract.has(name);
  }

  isComposite(name: string): boolean {
    return this.abstract.has(name) || this.objects.has(name);
  }

  /** To a subgraph with an interface object, the entities of all the interface's types are of that one type. */
  typenameIn(subgraph: string, typename: string): string {
    const names = [typename, ...this.interfacesOf(typename)];
    return names.find((name) => this.objects.get(name)?.has(subgraph)) ?? typename;
  }

  /** The entity interface that counts this type's entities among its own. */
  entityInterfaceOf(typename: string): string | undefined {
    return this.interfacesOf(typename).find((one) => this.keys.some((key) => key.typename === one));
  }

  /** What an abstract field can answer: the types that every subgraph that answers it knows. */
  possibleTypes(abstractName: string, fact?: FieldFact): string[] {
    const bySubgraph = this.abstract.get(abstractName) ?? new Map<string, Set<string>>();
    const answering = fact ? this.answering(fact.typename, fact.name).map(({ subgraph }) => subgraph) : [];
    const sets = answering.flatMap((subgraph) => bySubgraph.get(subgraph) ?? []);
    // A subgraph with an interface object knows none of them.
    const relevant = sets.length > 0 ? sets : [...bySubgraph.values()];
    const [first = new Set<string>()] = relevant;
    const common = [...first].filter((type) => relevant.every((set) => set.has(type)) && !this.hidden.has(type));
    return common.sort();
  }

  /** Undefined for a name that is no enum. */
  enumValues(name: string): string[] | undefined {
    const all = this.enums.get(name);
    return all?.[0]?.filter((value) => all.every((values) => values.includes(value)) && !this.hidden.has(value));
  }

  private keysOf(typename: string): KeyFact[] {
    const names = [typename, ...this.interfacesOf(typename)];
    return this.keys.filter((key) => names.includes(key.typename));
  }

  private interfacesOf(typename: string): string[] {
    return [...this.abstract].flatMap(([name, bySubgraph]) =>
      [...bySubgraph.values()].some((types) => types.has(typename)) ? [name] : [],
    );
  }

  private answering(typename: string, name: string): FieldFact[] {
    return this.fields.filter((one) => one.typename === typename && one.name === name && !one.isExternal);
  }

  private read(subgraph: string, document: DocumentNode): void {
    visit(document, {
      enter: (node) => {
        const kind = typeKinds.get(node.kind);
        if (kind) this.readType(subgraph, node as TypeDefinition, kind);
        else if (node.kind === Kind.UNION_TYPE_DEFINITION) {
          for (const member of node.types ?? []) this.addPossible(node.name.value, subgraph, member.name.value);
        } else if (node.kind === Kind.ENUM_TYPE_DEFINITION) this.readEnum(node);
        return node.kind === Kind.DOCUMENT ? undefined : false;
      },
    });
  }

  private readEnum({ name, values = [] }: EnumTypeDefinitionNode): void {
    for (const value of values) if (hasDirective(value, 'inaccessible')) this.hidden.add(value.name.value);
    const known = this.enums.get(name.value) ?? [];
    this.enums.set(name.value, [...known, values.map((value) => value.name.value)]);
  }

  private readType(subgraph: string, definition: TypeDefinition, kind: 'object' | 'interface'): void {
    const typename = definition.name.value;
    if (hasDirective(definition, 'inaccessible')) this.hidden.add(typename);
    const keys = definition.directives?.filter(({ name }) => name.value === 'key') ?? [];
    this.keys.push(...keys.map((key) => readKey(subgraph, typename, key)));
    if (kind === 'interface') return;
    this.objects.set(typename, (this.objects.get(typename) ?? new Set()).add(subgraph));
    for (const one of definition.interfaces ?? []) this.addPossible(one.name.value, subgraph, typename);
    for (const field of definition.fields ?? []) this.fields.push(readField(subgraph, definition, field));
  }

  private addPossible(abstractName: string, subgraph: string, member: string): void {
    const bySubgraph = this.abstract.get(abstractName) ?? new Map<string, Set<string>>();
    const types = bySubgraph.get(subgraph) ?? new Set<string>();
    types.add(member);
    this.abstract.set(abstractName, bySubgraph.set(subgraph, types));
  }
}

function readKey(subgraph: string, typename: string, { arguments: given = [] }: ConstDirectiveNode): KeyFact {
  const fields = fieldSetOf(given, 'fields');
  if (!fields) throw new Error(`${typename} has a key without fields`);
  const isResolvable = !given.some(({ value }) => value.kind === Kind.BOOLEAN && !value.value);
  return { subgraph, typename, fields, isResolvable };
}

function readField(subgraph: string, owner: TypeDefinition, field: FieldDefinitionNode): FieldFact {
  const argumentsOf = (name: string): DirectiveArguments =>
    field.directives?.find((directive) => directive.name.value === name)?.arguments;
  const from = argumentsOf('override')?.find(({ name }) => name.value === 'from')?.value;
  return {
    subgraph,
    typename: owner.name.value,
    name: field.name.value,
    type: field.type,
    arguments: field.arguments ?? [],
    isExternal: hasDirective(field, 'external') || hasDirective(owner, 'external'),
    requires: fieldSetOf(argumentsOf('requires'), 'fields'),
    provides: fieldSetOf(argumentsOf('provides'), 'fields'),
    overrides: from?.kind === Kind.STRING ? from.value : null,
  };
}

type DirectiveArguments = NonNullable<FieldDefinitionNode['directives']>[number]['arguments'];

function fieldSetOf(given: DirectiveArguments, argument: string): SelectionSetNode | null {
  const value = given?.find(({ name }) => name.value === argument)?.value;
  if (value?.kind !== Kind.STRING) return null;
  const [definition] = parse(`{ ${value.value} }`).definitions;
  return definition?.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet : null;
}

function hasDirective({ directives }: Pick<FieldDefinitionNode, 'directives'>, name: string): boolean {
  return directives?.some((directive) => directive.name.value === name) ?? false;
}

function strictness({ type }: FieldFact): number {
  return print(type).split('!').length;
}

/** What a field set selects of a field, through fragments; undefined when it does not select it. */
export function selectionOf(fields: SelectionSetNode, name: string): SelectionSetNode | null | undefined {
  for (const selection of fields.selections) {
    if (selection.kind === Kind.FIELD && selection.name.value === name) return selection.selectionSet ?? null;
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const inside = selectionOf(selection.selectionSet, name);
      if (inside !== undefined) return inside;
    }
  }
  return undefined;
}
