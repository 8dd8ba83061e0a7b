import { type ConstDirectiveNode, type DefinitionNode, type DocumentNode, Kind, type TypeNode } from 'graphql';
import { type AccessRule, AccessRules } from '#shared/auth';

/** What one scope opens, read off the schemas of all subgraphs. */
export interface HarvestedScope {
  readonly name: string;
  /** Types and fields whose rule names it, as `Patient` and `Patient.cases`, each once, in alphabetical order. */
  readonly opens: readonly string[];
  /** Whether that is, or leads to, a record with @phi. */
  readonly phi: boolean;
}

interface FieldFacts {
  readonly returns: string;
  readonly phi: boolean;
  readonly rule: AccessRule | null;
}

interface TypeFacts {
  phi: boolean;
  /** It has a key: a record, and no payload or page of records. */
  isEntity: boolean;
  readonly rules: AccessRule[];
  readonly fields: Map<string, FieldFacts[]>;
}

/** Every scope that some `@requiresScopes` names, by name. */
export function harvestScopes(schemas: ReadonlyMap<string, DocumentNode>): ReadonlyMap<string, HarvestedScope> {
  const types = mergeTypes(schemas);
  const opens = new Map<string, Set<string>>();
  const note = (coordinate: string, rule: AccessRule | null): void => {
    for (const name of rule?.alternatives.flat() ?? []) {
      opens.set(name, (opens.get(name) ?? new Set()).add(coordinate));
    }
  };
  for (const [typeName, { rules, fields }] of types) {
    for (const rule of rules) note(typeName, rule);
    for (const [fieldName, facts] of fields) for (const { rule } of facts) note(`${typeName}.${fieldName}`, rule);
  }
  const harvested = [...opens].sort().map(([name, coordinates]): HarvestedScope => {
    const opened = [...coordinates].sort();
    return { name, opens: opened, phi: opened.some((coordinate) => new Reach(types).isPhi(coordinate)) };
  });
  return new Map(harvested.map((scope) => [scope.name, scope]));
}

/** The types of the supergraph, each with what all subgraphs say of it. */
function mergeTypes(schemas: ReadonlyMap<string, DocumentNode>): ReadonlyMap<string, TypeFacts> {
  const types = new Map<string, TypeFacts>();
  for (const document of schemas.values()) {
    const rules = AccessRules.fromSdl(document);
    for (const type of document.definitions.filter(isObjectType)) addType(types, type, rules);
  }
  return types;
}

type ObjectNode = Extract<DefinitionNode, { readonly kind: Kind.OBJECT_TYPE_DEFINITION | Kind.OBJECT_TYPE_EXTENSION }>;

function isObjectType(node: DefinitionNode): node is ObjectNode {
  return node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.OBJECT_TYPE_EXTENSION;
}

function addType(types: Map<string, TypeFacts>, type: ObjectNode, rules: AccessRules): void {
  const typeName = type.name.value;
  const facts = types.get(typeName) ?? {
    phi: false,
    isEntity: false,
    rules: [],
    fields: new Map<string, FieldFacts[]>(),
  };
  types.set(typeName, facts);
  facts.phi ||= has(type.directives, 'phi');
  facts.isEntity ||= has(type.directives, 'key');
  const ofType = rules.ofType(typeName);
  if (ofType) facts.rules.push(ofType);
  for (const { name, type: returned, directives } of type.fields ?? []) {
    const rule = rules.ofField(typeName, name.value);
    const field = { returns: namedType(returned), phi: has(directives, 'phi'), rule };
    facts.fields.set(name.value, [...(facts.fields.get(name.value) ?? []), field]);
  }
}

/**
 * Whether a scope is about protected health information: what it opens is marked so, or leads to a record that is. The way
 * leads through payloads and connections to the first records, and no further: every record is linked to a patient at last.
 */
class Reach {
  private readonly seen = new Set<string>();

  constructor(private readonly types: ReadonlyMap<string, TypeFacts>) {}

  isPhi(coordinate: string): boolean {
    const [typeName = '', fieldName] = coordinate.split('.');
    const type = this.types.get(typeName);
    if (!type) return false;
    if (fieldName === undefined) return this.leadsToPhi(typeName);
    return type.phi || (type.fields.get(fieldName) ?? []).some(({ phi, returns }) => phi || this.leadsToPhi(returns));
  }

  private leadsToPhi(typeName: string): boolean {
    const type = this.types.get(typeName);
    if (!type || this.seen.has(typeName)) return false;
    this.seen.add(typeName);
    const fields = [...type.fields.values()].flat();
    if (type.phi || fields.some(({ phi }) => phi)) return true;
    return !type.isEntity && fields.some(({ returns }) => this.leadsToPhi(returns));
  }
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

function has(directives: readonly ConstDirectiveNode[] | undefined, directive: string): boolean {
  return (directives ?? []).some(({ name }) => name.value === directive);
}
