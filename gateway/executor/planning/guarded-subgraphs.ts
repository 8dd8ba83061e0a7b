import {
  FederationBlueprint,
  type Schema,
  Subgraph,
  Subgraphs,
  type Supergraph,
  buildSchemaFromAST,
  errorCauses,
} from '@apollo/federation-internals';
import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  GraphQLError,
  Kind,
  type ObjectTypeDefinitionNode,
  type SelectionSetNode,
  parse,
  visit,
} from 'graphql';

/** What must be known before a guarded fetch, and agreed to. */
export interface GuardRule {
  readonly purpose: string;
  readonly dataCategory: string;
  /** From the object to the id of whom it is about, as plans call the fields. */
  readonly subjectPath: readonly string[];
}

/** A field that is fetched only with the consent of whom it is about. */
export interface PlannedGuard {
  readonly typeName: string;
  readonly fieldName: string;
  /** All of them hold. */
  readonly rules: readonly GuardRule[];
}

/** What a guarded fetch really asks, and under which rules. */
export interface GuardedFetch {
  readonly subgraph: string;
  readonly rules: readonly GuardRule[];
}

/** By the name that a twin subgraph has in plans. */
export type GuardedFetches = ReadonlyMap<string, GuardedFetch>;

const rootTypes = ['Query', 'Mutation', 'Subscription'];

/**
 * For planning only, guarded fields are moved to twins of their subgraphs: one twin for each set of rules. A twin is
 * entered by the key of the guarded type alone, and its guarded fields `@require` the ids of whom they are about. So the
 * planner itself sees to it that the subjects are known first and that a guarded field is fetched apart, and the executor
 * can ask for consent in between, whatever way an operation takes to the field.
 */
export function separateGuardedFields(
  supergraph: Supergraph,
  fields: readonly PlannedGuard[],
): { subgraphs: Subgraphs; guarded: GuardedFetches } {
  const separated = new Subgraphs();
  const guarded = new Map<string, GuardedFetch>();
  for (const subgraph of supergraph.subgraphs()) {
    const own = fields.filter(({ typeName, fieldName }) => hasField(subgraph, typeName, fieldName));
    if (own.length === 0) {
      separated.add(subgraph);
      continue;
    }
    const document = parse(subgraph.toString());
    separated.add(subgraphOf(subgraph.name, subgraph.url, withoutFields(document, own)));
    for (const group of groupsOf(own)) {
      const { rules } = group[0];
      const name = `${subgraph.name} (${rules.map(nameOfRule).join(', ')})`;
      const rest = own.filter((field) => !group.includes(field));
      const twin = withPaths(twinOf(withoutFields(document, rest), group), group, supergraph);
      separated.add(subgraphOf(name, subgraph.url, twin));
      guarded.set(name, { subgraph: subgraph.name, rules });
    }
  }
  return { subgraphs: separated, guarded };
}

/** A field that was external for the sake of a moved one is of no use any more; nothing else may be wrong. */
function subgraphOf(name: string, url: string, document: DocumentNode): Subgraph {
  const schema = buildSchemaFromAST(document, { blueprint: new FederationBlueprint(true), validate: false });
  const subgraph = new Subgraph(name, url, schema);
  try {
    subgraph.validate();
  } catch (error) {
    const causes = error instanceof GraphQLError ? errorCauses(error) : undefined;
    if (!causes?.every(({ extensions }) => extensions['code'] === 'EXTERNAL_UNUSED')) throw error;
  }
  return subgraph;
}

function hasField(subgraph: Subgraph, typeName: string, fieldName: string): boolean {
  const type = subgraph.schema.type(typeName);
  if (type?.kind !== 'ObjectType') return false;
  const field = type.field(fieldName);
  return field !== undefined && !subgraph.metadata().isFieldExternal(field);
}

type Group = readonly [PlannedGuard, ...PlannedGuard[]];

function groupsOf(fields: readonly PlannedGuard[]): Group[] {
  const groups = new Map<string, [PlannedGuard, ...PlannedGuard[]]>();
  for (const field of fields) {
    const key = field.rules.map(nameOfRule).sort().join();
    const group = groups.get(key);
    if (group) group.push(field);
    else groups.set(key, [field]);
  }
  return [...groups.values()];
}

function nameOfRule({ purpose, dataCategory, subjectPath }: GuardRule): string {
  return `${purpose} for ${dataCategory} of ${subjectPath.join('.')}`;
}

/** What an interface promises must be there; the planner then knows that this subgraph does not answer it. */
function withoutFields(document: DocumentNode, fields: readonly PlannedGuard[]): DocumentNode {
  return mapObjectTypes(document, (type) => {
    const promised = interfaceFields(type, document);
    const isMoved = (name: string): boolean =>
      fields.some(({ typeName, fieldName }) => typeName === type.name.value && fieldName === name);
    const kept = (type.fields ?? []).flatMap((field): FieldDefinitionNode[] => {
      if (!isMoved(field.name.value)) return [field];
      return promised.has(field.name.value) ? [external(withoutRequires(field), document)] : [];
    });
    return { ...type, fields: kept };
  });
}

function twinOf(document: DocumentNode, group: Group): DocumentNode {
  const definitions = document.definitions.flatMap(withoutRoot);
  return mapObjectTypes({ ...document, definitions }, (type) => {
    const own = group.filter(({ typeName }) => typeName === type.name.value);
    if (own.length > 0) return guardedType(type, own, document);
    return { ...type, directives: (type.directives ?? []).map(closed) };
  });
}

/** A subject may be known to other subgraphs only: the twin then has the way to it as fields of theirs. */
function withPaths(twin: DocumentNode, group: Group, supergraph: Supergraph): DocumentNode {
  const paths = group.flatMap(({ typeName, rules }) => rules.map(({ subjectPath }) => ({ typeName, subjectPath })));
  return paths.reduce((document, { typeName, subjectPath }) => {
    let parent = typeName;
    return subjectPath.reduce((grown, fieldName) => {
      const field = fieldOf(supergraph.schema, parent, fieldName);
      const next = withExternalField(grown, parent, field);
      parent = field.typeName;
      return next;
    }, document);
  }, twin);
}

interface PathField {
  readonly name: string;
  readonly type: string;
  readonly typeName: string;
}

/** @throws {Error} when the supergraph has no such field */
function fieldOf(schema: Schema, typeName: string, fieldName: string): PathField {
  const parent = schema.type(typeName);
  const field = parent?.kind === 'ObjectType' || parent?.kind === 'InterfaceType' ? parent.field(fieldName) : undefined;
  if (!field?.type)
    throw new Error(`The subject of a consent is looked for at ${typeName}.${fieldName}, which is not there`);
  const type = field.type.toString();
  return { name: fieldName, type, typeName: type.replaceAll(/[[\]!]/g, '') };
}

function withExternalField(document: DocumentNode, typeName: string, field: PathField): DocumentNode {
  const sdl = `type ${typeName} { ${field.name}: ${field.type} @${nameIn(document, 'external')} }`;
  const [addition] = parse(sdl).definitions;
  if (addition?.kind !== Kind.OBJECT_TYPE_DEFINITION) return document;
  const grown = mapObjectTypes(document, (type) => {
    if (type.name.value !== typeName) return type;
    const hasField = type.fields?.some(({ name }) => name.value === field.name);
    return hasField ? type : { ...type, fields: [...(type.fields ?? []), ...(addition.fields ?? [])] };
  });
  const isThere = document.definitions.some(
    (type) => type.kind === Kind.OBJECT_TYPE_DEFINITION && type.name.value === typeName,
  );
  return isThere ? grown : { ...document, definitions: [...document.definitions, addition] };
}

/** Extracted subgraphs call their root types by the default names. */
function withoutRoot(definition: DefinitionNode): DefinitionNode[] {
  if (definition.kind === Kind.SCHEMA_DEFINITION) {
    return [{ kind: Kind.SCHEMA_EXTENSION, directives: definition.directives ?? [] }];
  }
  const isRoot = definition.kind === Kind.OBJECT_TYPE_DEFINITION && rootTypes.includes(definition.name.value);
  return isRoot ? [] : [definition];
}

/** Only what is guarded and what leads to it: everything else of the type is fetched from the subgraph itself. */
function guardedType(
  type: ObjectTypeDefinitionNode,
  guarded: readonly PlannedGuard[],
  document: DocumentNode,
): ObjectTypeDefinitionNode {
  const paths = (guarded[0]?.rules ?? []).map(({ subjectPath }) => subjectPath);
  const starts = new Set(paths.map(([start]) => start));
  const keys = keyFields(type);
  const known = keyPaths(type);
  // Every representation has the key anyway, and `@requires` is refused for it.
  const required = paths.filter((path) => !known.has(path.join('.')));
  const promised = interfaceFields(type, document);
  const fields = (type.fields ?? []).flatMap((field): FieldDefinitionNode[] => {
    const name = field.name.value;
    if (guarded.some(({ fieldName }) => fieldName === name)) return [requiring(field, required, document)];
    if (keys.has(name)) return [field];
    return starts.has(name) || promised.has(name) || isMarkedExternal(field) ? [external(field, document)] : [];
  });
  return { ...type, fields };
}

function requiring(
  field: FieldDefinitionNode,
  subjectPaths: readonly (readonly string[])[],
  document: DocumentNode,
): FieldDefinitionNode {
  if (subjectPaths.length === 0) return field;
  const subjects = subjectPaths.map((path) =>
    path.reduceRight((inner, name) => (inner ? `${name} { ${inner} }` : name), ''),
  );
  const present = field.directives?.find(({ name }) => isFederation(name.value, 'requires'));
  const fields = [textOf(present, 'fields'), ...new Set(subjects)].join(' ').trim();
  const { directives = [], ...rest } = withoutRequires(field);
  return { ...rest, directives: [...directives, directive(nameIn(document, 'requires'), fields)] };
}

function withoutRequires(field: FieldDefinitionNode): FieldDefinitionNode {
  const others = (field.directives ?? []).filter(({ name }) => !isFederation(name.value, 'requires'));
  return { ...field, directives: others };
}

function isMarkedExternal({ directives = [] }: FieldDefinitionNode): boolean {
  return directives.some(({ name }) => isFederation(name.value, 'external'));
}

function external(field: FieldDefinitionNode, document: DocumentNode): FieldDefinitionNode {
  return isMarkedExternal(field) ? field : { ...field, directives: [directive(nameIn(document, 'external'))] };
}

/** The twin is not entered by the keys of other types: what is theirs must not wait for a consent about something else. */
function closed(key: ConstDirectiveNode): ConstDirectiveNode {
  if (!isFederation(key.name.value, 'key')) return key;
  const others = (key.arguments ?? []).filter(({ name }) => name.value !== 'resolvable');
  const resolvable = {
    kind: Kind.ARGUMENT,
    name: nameOf('resolvable'),
    value: { kind: Kind.BOOLEAN, value: false },
  } as const;
  return { ...key, arguments: [...others, resolvable] };
}

function keyFields(type: ObjectTypeDefinitionNode): ReadonlySet<string> {
  return new Set([...keyPaths(type)].map((path) => path.split('.')[0] ?? path));
}

/** From an object to every leaf of its keys, as fields joined by dots. */
function keyPaths(type: ObjectTypeDefinitionNode): ReadonlySet<string> {
  const keys = (type.directives ?? []).filter(({ name }) => isFederation(name.value, 'key'));
  return new Set(keys.flatMap((key) => leafPaths(parse(`{ ${textOf(key, 'fields')} }`).definitions[0])));
}

function interfaceFields(type: ObjectTypeDefinitionNode, document: DocumentNode): ReadonlySet<string> {
  const names = new Set((type.interfaces ?? []).map(({ name }) => name.value));
  const fields = document.definitions.flatMap((definition) =>
    definition.kind === Kind.INTERFACE_TYPE_DEFINITION && names.has(definition.name.value)
      ? (definition.fields ?? [])
      : [],
  );
  return new Set(fields.map(({ name }) => name.value));
}

function leafPaths(definition: DefinitionNode | undefined): string[] {
  const pathsIn = (set: SelectionSetNode): string[] =>
    set.selections.flatMap((field) => {
      if (field.kind !== Kind.FIELD) return [];
      const name = field.name.value;
      return field.selectionSet ? pathsIn(field.selectionSet).map((path) => `${name}.${path}`) : [name];
    });
  return definition?.kind === Kind.OPERATION_DEFINITION ? pathsIn(definition.selectionSet) : [];
}

function mapObjectTypes(
  document: DocumentNode,
  change: (type: ObjectTypeDefinitionNode) => ObjectTypeDefinitionNode,
): DocumentNode {
  return visit(document, { ObjectTypeDefinition: change });
}

function isFederation(name: string, directiveName: string): boolean {
  return name === directiveName || name === `federation__${directiveName}`;
}

/** What a directive of federation is called in a subgraph: by its own name when that is imported. */
function nameIn(document: DocumentNode, directiveName: string): string {
  const imported: string[] = [];
  visit(document, {
    Directive: ({ name, arguments: given }) => {
      const imports = given?.find((argument) => argument.name.value === 'import')?.value;
      if (name.value !== 'link' || imports?.kind !== Kind.LIST) return;
      for (const item of imports.values) if (item.kind === Kind.STRING) imported.push(item.value);
    },
  });
  return imported.includes(`@${directiveName}`) ? directiveName : `federation__${directiveName}`;
}

function textOf(node: ConstDirectiveNode | undefined, argument: string): string {
  const value = node?.arguments?.find(({ name }) => name.value === argument)?.value;
  return value?.kind === Kind.STRING ? value.value : '';
}

function directive(name: string, fields?: string): ConstDirectiveNode {
  const value = { kind: Kind.STRING, value: fields ?? '' } as const;
  return {
    kind: Kind.DIRECTIVE,
    name: nameOf(name),
    arguments: fields === undefined ? [] : [{ kind: Kind.ARGUMENT, name: nameOf('fields'), value }],
  };
}

function nameOf(value: string): { kind: Kind.NAME; value: string } {
  return { kind: Kind.NAME, value };
}
