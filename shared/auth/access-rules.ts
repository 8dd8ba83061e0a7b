import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  Kind,
  TypeInfo,
  type ValueNode,
  getNamedType,
  getOperationAST,
  isAbstractType,
  isObjectType,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { DomainError, UnauthenticatedError } from '#shared/errors';
import { type Actor } from './actor';

/** What a caller must hold: any one of the alternatives, each a set of scopes. No scopes means just a valid token. */
export interface AccessRule {
  readonly alternatives: readonly (readonly string[])[];
}

/** The access rules an SDL declares by `@authenticated` and `@requiresScopes`, of one subgraph or of a supergraph. */
export class AccessRules {
  private constructor(
    private readonly types: ReadonlyMap<string, AccessRule>,
    private readonly fields: ReadonlyMap<string, AccessRule>,
  ) {}

  static fromSdl(document: DocumentNode): AccessRules {
    const types = new Map<string, AccessRule>();
    const fields = new Map<string, AccessRule>();
    for (const definition of document.definitions) {
      if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.OBJECT_TYPE_EXTENSION) continue;
      const typeRule = ruleOf(definition.directives ?? []);
      if (typeRule) types.set(definition.name.value, typeRule);
      for (const field of definition.fields ?? []) {
        const rule = ruleOf(field.directives ?? []);
        if (rule) fields.set(coordinate(definition.name.value, field), rule);
      }
    }
    return new AccessRules(types, fields);
  }

  ofType(typeName: string): AccessRule | null {
    return this.types.get(typeName) ?? null;
  }

  ofField(typeName: string, fieldName: string): AccessRule | null {
    return this.fields.get(`${typeName}.${fieldName}`) ?? null;
  }

  /**
   * Every rule that selecting `fieldName` on `parent` brings: the field's own, its parent's (a fragment or an entity
   * representation can enter a type without passing a field that returns it) and that of the object it returns.
   * On an interface the rules of all implementers hold: federation allows none on the interface itself.
   */
  forSelection(parent: GraphQLObjectType | null, fieldName: string): AccessRule[] {
    if (!parent) return [];
    const field = parent.getFields()[fieldName];
    const returned = field ? getNamedType(field.type) : null;
    return [
      this.ofType(parent.name),
      this.ofField(parent.name, fieldName),
      isObjectType(returned) ? this.ofType(returned.name) : null,
    ].filter((rule) => rule !== null);
  }
}

export function isSatisfied(rule: AccessRule, actor: Actor | null): boolean {
  if (!actor) return false;
  const held: ReadonlySet<string> = actor.scopes;
  return (
    rule.alternatives.length === 0 || rule.alternatives.some((together) => together.every((scope) => held.has(scope)))
  );
}

/**
 * The distinct rules a whole operation brings; computed once per document and compared with each caller's scopes.
 * This is the subgraph's wall: the gateway has already cut what the caller may not see, so anything left is refused.
 */
export function operationRules(
  schema: GraphQLSchema,
  rules: AccessRules,
  { document, operationName }: { readonly document: DocumentNode; readonly operationName: string | null },
): readonly AccessRule[] {
  const operation = getOperationAST(document, operationName);
  if (!operation) throw new DomainError('BAD_USER_INPUT', 'Name one of the operations in the document');
  const found = new Set<AccessRule>();
  const typeInfo = new TypeInfo(schema);
  const collect = (fieldName: string): void => {
    const parent = typeInfo.getParentType();
    const parents = isAbstractType(parent) ? schema.getPossibleTypes(parent) : isObjectType(parent) ? [parent] : [];
    if (fieldName.startsWith('__')) return;
    for (const type of parents) for (const rule of rules.forSelection(type, fieldName)) found.add(rule);
  };
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      // Other operations of the document are not run; fragments are counted whether used or not, which only ever denies more.
      OperationDefinition: (node) => (node === operation ? undefined : false),
      Field: (node) => {
        collect(node.name.value);
      },
    }),
  );
  return [...found];
}

/** @throws {DomainError} UNAUTHENTICATED without an actor, FORBIDDEN naming the first scopes that are missing. */
export function assertSatisfied(rules: readonly AccessRule[], actor: Actor | null): void {
  for (const rule of rules) {
    if (isSatisfied(rule, actor)) continue;
    if (!actor) throw new UnauthenticatedError();
    const needed = rule.alternatives.map((together) => together.join(' and ')).join(', or ');
    throw new DomainError('FORBIDDEN', `This needs the scope ${needed}`, {
      details: { requiredScopes: rule.alternatives },
    });
  }
}

function ruleOf(directives: readonly ConstDirectiveNode[]): AccessRule | null {
  const scoped = directives.find((directive) => directive.name.value === 'requiresScopes');
  if (scoped) return { alternatives: readAlternatives(scoped.arguments?.[0]?.value) };
  return directives.some((directive) => directive.name.value === 'authenticated') ? { alternatives: [] } : null;
}

function readAlternatives(value: ValueNode | undefined): string[][] {
  if (value?.kind !== Kind.LIST) throw new Error('@requiresScopes needs its argument: a list of lists of scopes');
  return value.values.map((together) => {
    if (together.kind !== Kind.LIST) throw new Error('@requiresScopes needs a list of lists of scopes');
    return together.values.map((scope) => (scope.kind === Kind.STRING ? scope.value : ''));
  });
}

function coordinate(typeName: string, field: FieldDefinitionNode): string {
  return `${typeName}.${field.name.value}`;
}
