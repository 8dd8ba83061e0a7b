import {
  type ConstDirectiveNode,
  type ConstValueNode,
  type DefinitionNode,
  type DirectiveDefinitionNode,
  type DocumentNode,
  Kind,
  visit,
} from 'graphql';

/** `https://specs.apollo.dev/requiresScopes/v0.1`: the name of a specification stands before its version. */
const specificationUrl = /^(?<home>.*)\/(?<name>[A-Za-z_][\w-]*)\/v\d+\.\d+\/?$/;
const federationHome = 'https://specs.apollo.dev';
/** Where the specifications are whose directives mean something here. Others' have names of their own, whatever they are. */
const homes: readonly string[] = [federationHome, 'https://specs.platform.dev'];

/**
 * Gives directives that a supergraph imports under other names (`import: [{ name: "@requiresScopes", as: "@needs" }]`)
 * their own names again: a rule must not go unenforced because somebody has renamed it.
 */
export function canonicaliseDirectives(document: DocumentNode): DocumentNode {
  const names = collectNames(document);
  const isPlain = [...names].every(([alias, name]) => alias === name);
  if (isPlain) return document;
  const rename = <Node extends { readonly name: { readonly value: string } }>(node: Node): Node => {
    const value = names.get(node.name.value) ?? node.name.value;
    return value === node.name.value ? node : { ...node, name: { ...node.name, value } };
  };
  return visit(document, { Directive: { leave: rename }, DirectiveDefinition: { leave: rename } });
}

/** What a document calls the directive that its specification calls `name`; null when it does not have it. */
export function findLocalName(document: DocumentNode, name: string): string | null {
  const defined = new Set(document.definitions.filter(isDirectiveDefinition).map((node) => node.name.value));
  return [...collectNames(document)].find(([alias, original]) => original === name && defined.has(alias))?.[0] ?? null;
}

/** Name in the document → name in its specification. */
function collectNames(document: DocumentNode): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const link of linksOf(document)) {
    const specification = specificationOf(link);
    if (!specification) continue;
    const { home, name, namespace } = specification;
    if (home === federationHome) addNamespace(names, { name, namespace, document });
    for (const { original, alias } of importsOf(link)) names.set(alias, original);
  }
  return names;
}

/** Null for one whose directives mean nothing here. */
function specificationOf(link: ConstDirectiveNode): { home: string; name: string; namespace: string } | null {
  const { home, name } = specificationUrl.exec(textArgument(link, 'url') ?? '')?.groups ?? {};
  if (home === undefined || name === undefined || !homes.includes(home)) return null;
  return { home, name, namespace: textArgument(link, 'as') ?? name };
}

function linksOf(document: DocumentNode): ConstDirectiveNode[] {
  return document.definitions
    .filter(({ kind }) => kind === Kind.SCHEMA_DEFINITION || kind === Kind.SCHEMA_EXTENSION)
    .flatMap((definition) => ('directives' in definition ? (definition.directives ?? []) : []))
    .filter((directive): directive is ConstDirectiveNode => directive.name.value === 'link');
}

/** A specification's own directive bears the namespace's name; one that is not imported has it as a prefix. */
function addNamespace(
  names: Map<string, string>,
  { name, namespace, document }: { name: string; namespace: string; document: DocumentNode },
): void {
  if (name === 'link' || name === 'join') return;
  names.set(namespace, name);
  for (const definition of document.definitions.filter(isDirectiveDefinition)) {
    const alias = definition.name.value;
    if (alias.startsWith(`${namespace}__`)) names.set(alias, alias.slice(namespace.length + 2));
  }
}

function isDirectiveDefinition(definition: DefinitionNode): definition is DirectiveDefinitionNode {
  return definition.kind === Kind.DIRECTIVE_DEFINITION;
}

function importsOf(link: ConstDirectiveNode): { original: string; alias: string }[] {
  const list = link.arguments?.find(({ name }) => name.value === 'import')?.value;
  if (list?.kind !== Kind.LIST) return [];
  return list.values.flatMap((entry) => {
    const original = entry.kind === Kind.STRING ? entry.value : textField(entry, 'name');
    const alias = entry.kind === Kind.STRING ? entry.value : (textField(entry, 'as') ?? original);
    return original?.startsWith('@') && alias ? [{ original: original.slice(1), alias: alias.slice(1) }] : [];
  });
}

export function textArgument(directive: ConstDirectiveNode, argument: string): string | null {
  const value = directive.arguments?.find(({ name }) => name.value === argument)?.value;
  return value?.kind === Kind.STRING ? value.value : null;
}

function textField(value: ConstValueNode, field: string): string | null {
  if (value.kind !== Kind.OBJECT) return null;
  const found = value.fields.find(({ name }) => name.value === field)?.value;
  return found?.kind === Kind.STRING ? found.value : null;
}
