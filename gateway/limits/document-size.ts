import {
  type ASTNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** The extent of a selection with its fragments spread out. */
export interface DocumentSize {
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  /** Fields of the outermost level. */
  readonly rootFields: number;
}

const nothing: DocumentSize = { depth: 0, aliases: 0, directives: 0, rootFields: 0 };

/** The extent of every operation of a document. Each fragment is measured once, however often it is spread. */
export function measureOperations(document: DocumentNode): DocumentSize[] {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const sizes = new Map<string, DocumentSize>();

  function ofSet(set: SelectionSetNode | undefined): DocumentSize {
    return (set?.selections ?? []).map(ofSelection).reduce(beside, nothing);
  }

  function ofSelection(selection: SelectionNode): DocumentSize {
    const directives = directivesOf(selection);
    switch (selection.kind) {
      case Kind.FIELD:
        return ofField(selection, directives);
      case Kind.INLINE_FRAGMENT:
        return beside({ ...nothing, directives }, ofSet(selection.selectionSet));
      case Kind.FRAGMENT_SPREAD:
        return beside({ ...nothing, directives }, ofFragment(selection.name.value));
    }
  }

  function ofField(field: FieldNode, directives: number): DocumentSize {
    const inner = ofSet(field.selectionSet);
    const aliases = inner.aliases + (field.alias ? 1 : 0);
    return { depth: inner.depth + 1, aliases, directives: inner.directives + directives, rootFields: 1 };
  }

  function ofFragment(name: string): DocumentSize {
    const known = sizes.get(name);
    if (known) return known;
    // A fragment within itself measures as nothing here; validation refuses it later.
    sizes.set(name, nothing);
    const size = ofSet(fragments.get(name)?.selectionSet);
    sizes.set(name, size);
    return size;
  }

  return document.definitions
    .filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
    .map((operation) => beside({ ...nothing, directives: directivesOf(operation) }, ofSet(operation.selectionSet)));
}

function directivesOf(node: Extract<ASTNode, { directives?: unknown }>): number {
  return node.directives?.length ?? 0;
}

function beside(one: DocumentSize, other: DocumentSize): DocumentSize {
  return {
    depth: Math.max(one.depth, other.depth),
    aliases: one.aliases + other.aliases,
    directives: one.directives + other.directives,
    rootFields: one.rootFields + other.rootFields,
  };
}
