import {
  type ConstDirectiveNode,
  type DocumentNode,
  Kind,
  type TypeDefinitionNode,
  isTypeDefinitionNode,
  print,
} from 'graphql';
import { type AccessRequirement, describeRequirement, isTighter, readRequirement } from './access-requirement';
import { type SchemaChange } from './schema-change';

/** What the law says of one element. */
interface Law {
  readonly access: AccessRequirement;
  /** Each `@consent` as it is written. */
  readonly consents: readonly string[];
}

interface LawOfType {
  readonly own: Law;
  /** With what their type asks for. */
  readonly fields: ReadonlyMap<string, Law>;
}

/**
 * Scopes, policies and consents that have come or gone: no schema tells of them, and yet a client may fail.
 * @param before with the directives' own names, as `after`
 */
export function findAccessDifferences(before: DocumentNode, after: DocumentNode): SchemaChange[] {
  const laws = readLaws(before);
  return [...readLaws(after)].flatMap(([name, law]) => {
    const old = laws.get(name);
    return old ? ofType(name, old, law) : [];
  });
}

function ofType(name: string, old: LawOfType, law: LawOfType): SchemaChange[] {
  const ofItself = ofElement(name, old.own, law.own);
  const ofFields = [...law.fields].flatMap(([field, ofField]) => {
    const before = old.fields.get(field);
    // A field that is new is nobody's yet.
    return before ? [ofElement(`${name}.${field}`, before, ofField)] : [];
  });
  // What the type has come to ask of all its fields is said once.
  const isOfAll = ofItself.length > 0 && ofFields.every((changes) => changes.length > 0);
  return isOfAll || law.fields.size === 0 ? ofItself : ofFields.flat();
}

function ofElement(coordinate: string, before: Law, after: Law): SchemaChange[] {
  const changes: SchemaChange[] = [];
  const from = `from ${describeRequirement(before.access)} to ${describeRequirement(after.access)}`;
  const isTightened = isTighter(after.access, before.access);
  if (isTightened) {
    const message = `${coordinate} asks for more: ${from}.`;
    changes.push({ level: 'breaking', code: 'ACCESS_TIGHTENED', coordinate, message, touches: [coordinate] });
  } else if (isTighter(before.access, after.access)) {
    const message = `${coordinate} asks for less: ${from}.`;
    changes.push({ level: 'dangerous', code: 'ACCESS_LOOSENED', coordinate, message, touches: [] });
  }
  for (const consent of after.consents.filter((text) => !before.consents.includes(text))) {
    const message = `${coordinate} is released only with ${consent}.`;
    changes.push({ level: 'breaking', code: 'CONSENT_ADDED', coordinate, message, touches: [coordinate] });
  }
  for (const consent of before.consents.filter((text) => !after.consents.includes(text))) {
    const message = `${coordinate} is released without ${consent}.`;
    changes.push({ level: 'dangerous', code: 'CONSENT_REMOVED', coordinate, message, touches: [] });
  }
  return changes;
}

function readLaws(document: DocumentNode): ReadonlyMap<string, LawOfType> {
  const types = document.definitions
    .filter(isTypeDefinitionNode)
    // What stands on an interface is a sum that composition draws up from those who implement it.
    .filter(({ kind }) => kind !== Kind.INTERFACE_TYPE_DEFINITION);
  return new Map(types.map((type) => [type.name.value, readLawOfType(type)]));
}

function readLawOfType(type: TypeDefinitionNode): LawOfType {
  const own = readLaw(type.directives);
  const fields = (type.kind === Kind.OBJECT_TYPE_DEFINITION ? (type.fields ?? []) : []).map((field): [string, Law] => {
    const { access, consents } = readLaw(field.directives);
    const whole = { access: [...own.access, ...access], consents: [...new Set([...own.consents, ...consents])] };
    return [field.name.value, whole];
  });
  return { own, fields: new Map(fields) };
}

function readLaw(directives: readonly ConstDirectiveNode[] = []): Law {
  return {
    access: readRequirement(directives),
    consents: directives.filter(({ name }) => name.value === 'consent').map((directive) => print(directive)),
  };
}
