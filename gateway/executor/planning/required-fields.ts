import {
  type ArgumentNode,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type FieldNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type SelectionSetNode,
  type TypeNode,
  parse,
  print,
  visit,
} from 'graphql';

/** A field with the arguments that some `@requires` asks it with. */
export interface RequiredField {
  readonly name: string;
  readonly arguments: readonly ArgumentNode[];
}

/** By the name that the field has in plans. */
export type RequiredFields = ReadonlyMap<string, RequiredField>;

/** The names in plans of all that a field requires, by the field's coordinate, e.g. `Product.shippingCost`. */
export type RequiredBy = ReadonlyMap<string, ReadonlySet<string>>;

const prefix = '_required_';

type CompositeNode = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

interface Separated {
  readonly document: DocumentNode;
  readonly requiredFields: RequiredFields;
  readonly requiredBy: RequiredBy;
}

/**
 * For planning only, a field that some `@requires` asks with arguments becomes a field of its own for each set of
 * arguments. The planner takes one field for the other when they differ in arguments alone: a client's own selection,
 * or that of another `@requires`, would be handed to the field that requires it.
 * @param supergraph SDL
 * @returns null when no field is required with arguments
 */
export function separateRequiredFields(supergraph: DocumentNode): Separated | null {
  const separation = new Separation(supergraph);
  const rewrite = <Type extends CompositeNode>(type: Type): Type => ({
    ...type,
    fields: (type.fields ?? []).map((field) => separation.rewriteRequires(type.name.value, field)),
  });
  const document = visit(supergraph, { ObjectTypeDefinition: rewrite, InterfaceTypeDefinition: rewrite });
  if (separation.requiredFields.size === 0) return null;
  return {
    requiredFields: separation.requiredFields,
    requiredBy: separation.requiredBy,
    document: separation.withRequiredFields(document),
  };
}

/** Fields that stand in a plan for a field with fixed arguments are asked for by their real name. */
export function withRealFields(document: DocumentNode, required: RequiredFields): DocumentNode {
  if (required.size === 0) return document;
  return visit(document, {
    Field: (field): FieldNode | undefined => {
      const real = required.get(field.name.value);
      if (!real) return undefined;
      const alias = field.alias ?? field.name;
      return { ...field, alias, name: { kind: Kind.NAME, value: real.name }, arguments: real.arguments };
    },
  });
}

class Separation {
  readonly requiredFields = new Map<string, RequiredField>();
  readonly requiredBy = new Map<string, Set<string>>();
  /** By type: which of its fields get another one beside them, under which name. */
  private readonly added = new Map<string, Map<string, string>>();
  private readonly types: ReadonlyMap<string, readonly FieldDefinitionNode[]>;
  /** Of each interface, the types that implement it. */
  private readonly members = new Map<string, string[]>();

  constructor({ definitions }: DocumentNode) {
    this.types = new Map(
      definitions.flatMap((definition) =>
        definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.INTERFACE_TYPE_DEFINITION
          ? [[definition.name.value, definition.fields ?? []]]
          : [],
      ),
    );
    for (const type of definitions) {
      if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
      for (const { name } of type.interfaces ?? []) {
        this.members.set(name.value, [...(this.members.get(name.value) ?? []), type.name.value]);
      }
    }
  }

  rewriteRequires(typeName: string, field: FieldDefinitionNode): FieldDefinitionNode {
    const used = new Set<string>();
    const directives = (field.directives ?? []).map((directive) => this.rewriteDirective(typeName, directive, used));
    if (used.size > 0) this.requiredBy.set(`${typeName}.${field.name.value}`, used);
    return { ...field, directives };
  }

  /** @param document rewritten: what a field requires, the field that stands for it requires as well */
  withRequiredFields(document: DocumentNode): DocumentNode {
    const grow = <Type extends CompositeNode>(type: Type): Type => {
      const { value: typeName } = type.name;
      const additions = [...(this.added.get(typeName) ?? [])].flatMap(([name, real]) => {
        const field = type.fields?.find((own) => own.name.value === real);
        const needed = this.requiredBy.get(`${typeName}.${real}`);
        if (needed) this.requiredBy.set(`${typeName}.${name}`, needed);
        return field ? [definitionOf(field, name)] : [];
      });
      return { ...type, fields: [...(type.fields ?? []), ...additions] };
    };
    return visit(document, { ObjectTypeDefinition: grow, InterfaceTypeDefinition: grow });
  }

  private rewriteDirective(typeName: string, directive: ConstDirectiveNode, used: Set<string>): ConstDirectiveNode {
    if (directive.name.value !== 'join__field') return directive;
    return {
      ...directive,
      arguments: (directive.arguments ?? []).map((argument) => {
        if (argument.name.value !== 'requires' || argument.value.kind !== Kind.STRING) return argument;
        const value = this.rewriteFieldSet(typeName, argument.value.value);
        visit(parse(`{ ${value} }`), {
          Field: ({ name }) => {
            used.add(name.value);
          },
        });
        return { ...argument, value: { ...argument.value, value } };
      }),
    };
  }

  private rewriteFieldSet(typeName: string, fieldSet: string): string {
    const [definition] = parse(`{ ${fieldSet} }`).definitions;
    if (definition?.kind !== Kind.OPERATION_DEFINITION) return fieldSet;
    const rewritten = this.rewriteSelections(typeName, definition.selectionSet);
    return rewritten.selections.map(print).join(' ');
  }

  private rewriteSelections(typeName: string, set: SelectionSetNode): SelectionSetNode {
    const selections = set.selections.map((selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return selection;
      if (selection.kind === Kind.FIELD) return this.rewriteField(typeName, selection);
      const inner = selection.typeCondition?.name.value ?? typeName;
      return { ...selection, selectionSet: this.rewriteSelections(inner, selection.selectionSet) };
    });
    return { ...set, selections };
  }

  private rewriteField(typeName: string, selection: FieldNode): FieldNode {
    const field = this.types.get(typeName)?.find(({ name }) => name.value === selection.name.value);
    const inner = field ? nameOfType(field.type) : '';
    const { selectionSet } = selection;
    const rewritten = selectionSet
      ? { ...selection, selectionSet: this.rewriteSelections(inner, selectionSet) }
      : selection;
    if (!field || !selection.arguments?.length) return rewritten;
    const name = this.nameFor(selection);
    // What an interface promises its members have.
    for (const type of [typeName, ...(this.members.get(typeName) ?? [])]) {
      const ofType = this.added.get(type) ?? new Map<string, string>();
      this.added.set(type, ofType.set(name, selection.name.value));
    }
    return { ...rewritten, name: { kind: Kind.NAME, value: name }, arguments: [] };
  }

  /** The same for the same field with the same arguments, wherever it is required. */
  private nameFor({ name, arguments: given = [] }: FieldNode): string {
    const asText = (node: { readonly arguments: readonly ArgumentNode[] }): string =>
      node.arguments.map(print).sort().join();
    for (const [known, field] of this.requiredFields) {
      if (field.name === name.value && asText(field) === asText({ arguments: given })) return known;
    }
    const next = `${prefix}${String(this.requiredFields.size)}_of_${name.value}`;
    this.requiredFields.set(next, { name: name.value, arguments: given });
    return next;
  }
}

/** Of the same subgraphs as the field it stands for. */
function definitionOf(field: FieldDefinitionNode, name: string): FieldDefinitionNode {
  return {
    kind: Kind.FIELD_DEFINITION,
    name: { kind: Kind.NAME, value: name },
    type: field.type,
    arguments: [],
    directives: (field.directives ?? []).filter((directive) => directive.name.value === 'join__field'),
  };
}

function nameOfType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOfType(type.type);
}
