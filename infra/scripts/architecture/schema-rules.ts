import { type ConstDirectiveNode, type DocumentNode, type FieldDefinitionNode, Kind, type TypeNode } from 'graphql';
import { AccessRules } from '#shared/auth';
import { type Repository } from './repository';

/** Root fields that anybody may call, and why. */
const openByDecision: Readonly<Record<string, string>> = {
  'Mutation.login': 'it is how a caller gets a token',
  'Mutation.completeMfa': 'the second step of signing in',
  'Mutation.refreshToken': 'the refresh token is the credential',
  'Mutation.adminLoginWithGoogle': 'the authorization code is the credential',
  'Mutation.requestPasswordReset': 'whoever needs it cannot sign in; the answer is the same for every address',
  'Mutation.resetPassword': 'the token from the e-mail is the credential',
  'Mutation.acceptInvitation': 'the token from the e-mail is the credential',
  'Query.invitation': 'the token from the e-mail is the credential',
  'Mutation.verifyEmail': 'the token from the e-mail is the credential',
  'Query.verifyConsentReceipt': 'the signed receipt is the credential',
};

const rootTypes = new Set(['Query', 'Mutation', 'Subscription']);

export function everyRootFieldIsGuarded({ schemas }: Repository): string[] {
  return [...schemas].flatMap(([subgraph, document]) => {
    const rules = AccessRules.fromSdl(document);
    return fieldsOf(document)
      .filter(({ typeName, fieldName }) => rootTypes.has(typeName) && !rules.ofField(typeName, fieldName))
      .map(({ typeName, fieldName }) => `${typeName}.${fieldName}`)
      .filter((coordinate) => !Object.hasOwn(openByDecision, coordinate))
      .map((coordinate) => `${subgraph}: ${coordinate}`);
  });
}

/**
 * A field is covered when it or its type demands scopes, or when every field that leads to its type does. An entity can be
 * entered from any subgraph, so no path covers it.
 */
export function everyPhiFieldIsScoped({ schemas }: Repository): string[] {
  return [...schemas].flatMap(([subgraph, document]) => {
    const paths = new Paths(document);
    return phiFields(document)
      .filter(({ typeName, fieldName }) => !paths.isFieldCovered(typeName, fieldName))
      .map(({ typeName, fieldName }) => `${subgraph}: ${typeName}.${fieldName} can be reached without scopes`);
  });
}

export interface PhiField {
  readonly typeName: string;
  readonly fieldName: string;
  readonly markedOn: 'field' | 'type';
}

/** Fields with @phi, and all fields of types with @phi but their ids. */
export function phiFields(document: DocumentNode): PhiField[] {
  return fieldsOf(document).flatMap(({ typeName, fieldName, field, type }): PhiField[] => {
    if (has(field.directives, 'phi')) return [{ typeName, fieldName, markedOn: 'field' }];
    return has(type.directives, 'phi') && fieldName !== 'id' ? [{ typeName, fieldName, markedOn: 'type' }] : [];
  });
}

class Paths {
  private readonly rules: AccessRules;
  private readonly entries = new Map<string, { typeName: string; fieldName: string }[]>();
  private readonly entities: ReadonlySet<string>;

  constructor(document: DocumentNode) {
    this.rules = AccessRules.fromSdl(document);
    this.entities = new Set(
      typesOf(document)
        .filter((type) => has(type.directives, 'key'))
        .map((type) => type.name.value),
    );
    const concrete = concreteTypes(document);
    for (const { typeName, fieldName, field } of fieldsOf(document)) {
      for (const target of concrete(namedType(field.type))) {
        this.entries.set(target, [...(this.entries.get(target) ?? []), { typeName, fieldName }]);
      }
    }
  }

  isFieldCovered(typeName: string, fieldName: string): boolean {
    return this.demandsScopes(typeName, fieldName) || this.areEntriesCovered(typeName, new Set());
  }

  private demandsScopes(typeName: string, fieldName: string): boolean {
    const found = [this.rules.ofField(typeName, fieldName), this.rules.ofType(typeName)];
    return found.some((rule) => rule !== null && rule.alternatives.length > 0);
  }

  /** A circle that nothing enters from outside cannot be reached: a type being looked at counts as covered. */
  private areEntriesCovered(typeName: string, lookedAt: ReadonlySet<string>): boolean {
    if (lookedAt.has(typeName)) return true;
    if (this.entities.has(typeName) || rootTypes.has(typeName)) return false;
    const next = new Set([...lookedAt, typeName]);
    return (this.entries.get(typeName) ?? []).every(
      (entry) => this.demandsScopes(entry.typeName, entry.fieldName) || this.areEntriesCovered(entry.typeName, next),
    );
  }
}

type ObjectNode = Extract<
  DocumentNode['definitions'][number],
  { kind: Kind.OBJECT_TYPE_DEFINITION | Kind.OBJECT_TYPE_EXTENSION }
>;

function typesOf(document: DocumentNode): ObjectNode[] {
  return document.definitions.filter(
    (definition) => definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.OBJECT_TYPE_EXTENSION,
  );
}

function fieldsOf(
  document: DocumentNode,
): { typeName: string; fieldName: string; type: ObjectNode; field: FieldDefinitionNode }[] {
  return typesOf(document).flatMap((type) =>
    (type.fields ?? []).map((field) => ({ typeName: type.name.value, fieldName: field.name.value, type, field })),
  );
}

/** What a field of this type may return: for a union its members, for an interface its implementers. */
function concreteTypes(document: DocumentNode): (typeName: string) => readonly string[] {
  const members = new Map<string, string[]>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.UNION_TYPE_DEFINITION)
      members.set(
        definition.name.value,
        (definition.types ?? []).map(({ name }) => name.value),
      );
  }
  for (const type of typesOf(document)) {
    for (const { name } of type.interfaces ?? [])
      members.set(name.value, [...(members.get(name.value) ?? []), type.name.value]);
  }
  return (typeName) => members.get(typeName) ?? [typeName];
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

function has(directives: readonly ConstDirectiveNode[] | undefined, name: string): boolean {
  return (directives ?? []).some((directive) => directive.name.value === name);
}
