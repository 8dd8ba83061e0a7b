import { type ConstDirectiveNode, type ConstValueNode, type DocumentNode, GraphQLError, Kind } from 'graphql';

export const accessDirectives = ['authenticated', 'requiresScopes', 'policy'] as const;
export type AccessDirective = (typeof accessDirectives)[number];

/** Name in a document → the directive that it is. */
export type AccessDirectiveNames = ReadonlyMap<string, AccessDirective>;

/** `https://specs.apollo.dev/requiresScopes/v0.1`: the name of a specification stands before its version. */
const specificationUrl = /^(?<home>.+)\/(?<name>[A-Za-z_][\w-]*)\/v(?<version>\d+\.\d+)\/?$/;
const apolloHome = 'https://specs.apollo.dev';
/** Before 1.0 every minor version may mean something else. */
const knownVersion = '0.1';

/**
 * Under which names a document has the access directives, by its `@link`s: a subgraph has them from the federation
 * specification, a supergraph from one specification each, and both may rename them. Their own names count as well,
 * unless another specification owns them.
 * @throws {GraphQLError} when the document follows a version of an access specification that is not known here: to read
 *   it as if it were another could open what it closes
 */
export function accessDirectiveNames(document: DocumentNode): AccessDirectiveNames {
  const names = new Map<string, AccessDirective>();
  const taken = new Set<string>();
  for (const link of linksOf(document)) {
    for (const [name, directive] of namesBy(link)) {
      if (directive) names.set(name, directive);
      else taken.add(name);
    }
  }
  for (const directive of accessDirectives) if (!taken.has(directive)) names.set(directive, directive);
  return names;
}

/** Every directive name that a link brings, with the access directive it stands for, if it does. */
function namesBy(link: ConstDirectiveNode): [string, AccessDirective | null][] {
  const { home, name = '', version = '' } = specificationUrl.exec(textArgument(link, 'url') ?? '')?.groups ?? {};
  const imported = importsOf(link);
  if (home !== apolloHome) return [...imported.values()].map((alias) => [alias, null]);
  const namespace = textArgument(link, 'as') ?? name;
  if (name === 'federation') {
    return accessDirectives.map((directive) => [imported.get(directive) ?? `${namespace}__${directive}`, directive]);
  }
  return isAccessDirective(name) ? namesOf(name, version, [namespace, ...imported.values()]) : [];
}

/** A specification's directive of its own name bears the namespace; what an import says comes on top. */
function namesOf(directive: AccessDirective, version: string, names: readonly string[]): [string, AccessDirective][] {
  if (version === knownVersion) return names.map((name) => [name, directive]);
  throw new GraphQLError(
    `Version ${version} of the specification of @${directive} is not known: nobody can enforce it`,
  );
}

function isAccessDirective(name: string): name is AccessDirective {
  return (accessDirectives as readonly string[]).includes(name);
}

function linksOf(document: DocumentNode): ConstDirectiveNode[] {
  return document.definitions
    .filter((definition) => definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.SCHEMA_EXTENSION)
    .flatMap(({ directives = [] }) => directives)
    .filter((directive) => directive.name.value === 'link');
}

/** Directive in the specification → its name in the document. */
function importsOf(link: ConstDirectiveNode): ReadonlyMap<string, string> {
  const list = link.arguments?.find(({ name }) => name.value === 'import')?.value;
  const entries = list?.kind === Kind.LIST ? list.values : [];
  return new Map(
    entries.flatMap((entry): [string, string][] => {
      const original = entry.kind === Kind.STRING ? entry.value : textField(entry, 'name');
      const alias = textField(entry, 'as') ?? original;
      return original?.startsWith('@') && alias ? [[original.slice(1), alias.replace('@', '')]] : [];
    }),
  );
}

function textArgument(directive: ConstDirectiveNode, argument: string): string | null {
  const value = directive.arguments?.find(({ name }) => name.value === argument)?.value;
  return value?.kind === Kind.STRING ? value.value : null;
}

function textField(value: ConstValueNode, field: string): string | null {
  if (value.kind !== Kind.OBJECT) return null;
  const found = value.fields.find(({ name }) => name.value === field)?.value;
  return found?.kind === Kind.STRING ? found.value : null;
}
