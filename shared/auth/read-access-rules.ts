import { type DefinitionNode, type DocumentNode, type FieldDefinitionNode, Kind, type NameNode } from 'graphql';
import { accessDirectiveNames } from './access-directives';
import { type AccessRule, conjoin, implies, ruleOf } from './access-rule';

/** Rules by what they stand on: `Patient`, or `Patient.name`. */
export type RulesByCoordinate = ReadonlyMap<string, AccessRule>;

/**
 * The rules that a document declares on object types, their fields, scalars and enums. Equal rules are one object.
 * @throws {GraphQLError} when a rule is malformed or of a specification's version that is not known
 */
export function readAccessRules(document: DocumentNode): RulesByCoordinate {
  const names = accessDirectiveNames(document);
  const rules = new Map<string, AccessRule>();
  const add = (coordinate: string, rule: AccessRule | null): void => {
    const present = rules.get(coordinate);
    if (rule) rules.set(coordinate, present ? conjoin(present, rule) : rule);
  };
  for (const definition of document.definitions) {
    if (!isProtectable(definition)) continue;
    const name = definition.name.value;
    add(name, ruleOf(definition.directives ?? [], names));
    for (const field of fieldsOf(definition)) add(`${name}.${field.name.value}`, ruleOf(field.directives ?? [], names));
  }
  for (const [name, implementers] of implementersOf(document)) settleInterface(rules, name, implementers);
  return withEqualRulesAsOne(rules);
}

type Protectable = Extract<DefinitionNode, { readonly name: NameNode; readonly kind: (typeof protectable)[number] }>;

const protectable = [
  Kind.OBJECT_TYPE_DEFINITION,
  Kind.OBJECT_TYPE_EXTENSION,
  Kind.INTERFACE_TYPE_DEFINITION,
  Kind.INTERFACE_TYPE_EXTENSION,
  Kind.SCALAR_TYPE_DEFINITION,
  Kind.SCALAR_TYPE_EXTENSION,
  Kind.ENUM_TYPE_DEFINITION,
  Kind.ENUM_TYPE_EXTENSION,
] as const;

function isProtectable(definition: DefinitionNode): definition is Protectable {
  return (protectable as readonly Kind[]).includes(definition.kind);
}

function fieldsOf(definition: Protectable): readonly FieldDefinitionNode[] {
  return ('fields' in definition ? definition.fields : null) ?? [];
}

function isObject({ kind }: DefinitionNode): boolean {
  return kind === Kind.OBJECT_TYPE_DEFINITION || kind === Kind.OBJECT_TYPE_EXTENSION;
}

/** Interface → the object types that implement it. */
function implementersOf(document: DocumentNode): ReadonlyMap<string, readonly string[]> {
  const implementers = new Map<string, string[]>();
  for (const definition of document.definitions) {
    if (!isProtectable(definition)) continue;
    if (!isObject(definition)) {
      if ('interfaces' in definition)
        implementers.set(definition.name.value, implementers.get(definition.name.value) ?? []);
      continue;
    }
    const interfaces = 'interfaces' in definition ? (definition.interfaces ?? []) : [];
    for (const { name } of interfaces) {
      implementers.set(name.value, [...(implementers.get(name.value) ?? []), definition.name.value]);
    }
  }
  return implementers;
}

/**
 * Composition writes on an interface what its implementers demand together. Objects are judged by their own types, so
 * that says nothing new and is left out. Where an interface demands more than they do, somebody has written it there,
 * and it holds for each of them.
 */
function settleInterface(rules: Map<string, AccessRule>, name: string, implementers: readonly string[]): void {
  const own = [...rules].filter(([coordinate]) => coordinate === name || coordinate.startsWith(`${name}.`));
  for (const [coordinate, rule] of own) {
    rules.delete(coordinate);
    const theirs = [...new Set(implementers)].map((implementer) => implementer + coordinate.slice(name.length));
    const together = conjunctionOf(theirs.flatMap((their) => rules.get(their) ?? []));
    if (together && implies(together, rule)) continue;
    for (const their of theirs) {
      const present = rules.get(their);
      rules.set(their, present ? conjoin(present, rule) : rule);
    }
  }
}

function conjunctionOf(rules: readonly AccessRule[]): AccessRule | null {
  const distinct = new Map(rules.map((rule) => [JSON.stringify(rule), rule]));
  return [...distinct.values()].reduce<AccessRule | null>((one, rule) => (one ? conjoin(one, rule) : rule), null);
}

function withEqualRulesAsOne(rules: RulesByCoordinate): RulesByCoordinate {
  const known = new Map<string, AccessRule>();
  const only = (rule: AccessRule): AccessRule => {
    const key = JSON.stringify(rule);
    const one = known.get(key) ?? rule;
    known.set(key, one);
    return one;
  };
  return new Map([...rules].map(([coordinate, rule]) => [coordinate, only(rule)]));
}
