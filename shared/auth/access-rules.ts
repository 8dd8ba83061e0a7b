import {
  type DocumentNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  TypeInfo,
  getNamedType,
  getOperationAST,
  isAbstractType,
  isObjectType,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { DomainError, UnauthenticatedError } from '#shared/errors';
import { type AccessRule, isSatisfied } from './access-rule';
import { type Actor } from './actor';
import { type RulesByCoordinate, readAccessRules } from './read-access-rules';

/**
 * The access rules an SDL declares by `@authenticated`, `@requiresScopes` and `@policy`, of one subgraph or of a
 * supergraph. Equal rules are one object, however many fields have them.
 */
export class AccessRules {
  private constructor(private readonly rules: RulesByCoordinate) {}

  /** @throws {GraphQLError} when a rule is malformed or of a specification's version that is not known */
  static fromSdl(document: DocumentNode): AccessRules {
    return new AccessRules(readAccessRules(document));
  }

  /** The rule of an object type, a scalar or an enum. Interfaces have none: objects are judged by their own types. */
  ofType(typeName: string): AccessRule | null {
    return this.rules.get(typeName) ?? null;
  }

  ofField(typeName: string, fieldName: string): AccessRule | null {
    return this.rules.get(`${typeName}.${fieldName}`) ?? null;
  }

  /**
   * Every rule that selecting `fieldName` on `parent` brings: the field's own, its parent's (a fragment or an entity
   * representation can enter a type without passing a field that returns it) and that of the object, scalar or enum it
   * returns. `__typename` tells of an object, so it is the parent's business; `__schema` and `__type` are nobody's.
   */
  forSelection(parent: GraphQLObjectType | null, fieldName: string): AccessRule[] {
    if (!parent || fieldName === '__schema' || fieldName === '__type') return [];
    const field = parent.getFields()[fieldName];
    const returned = field ? getNamedType(field.type) : null;
    const found = [
      this.ofType(parent.name),
      this.ofField(parent.name, fieldName),
      returned && !isAbstractType(returned) ? this.ofType(returned.name) : null,
    ];
    return [...new Set(found.filter((rule) => rule !== null))];
  }
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

/**
 * No subgraph can decide on policies: a field with one is refused here unless whoever asks says that it is satisfied.
 * @throws {DomainError} UNAUTHENTICATED without an actor, FORBIDDEN naming the first scopes that are missing.
 */
export function assertSatisfied(
  rules: readonly AccessRule[],
  actor: Actor | null,
  satisfiedPolicies?: ReadonlySet<string>,
): void {
  for (const rule of rules) {
    if (isSatisfied(rule, actor, satisfiedPolicies)) continue;
    if (!actor) throw new UnauthenticatedError();
    if (isSatisfied({ ...rule, policies: [] }, actor)) {
      throw new DomainError('FORBIDDEN', 'A policy does not allow this');
    }
    const needed = rule.alternatives.map((together) => together.join(' and ')).join(', or ');
    throw new DomainError('FORBIDDEN', `This needs the scope ${needed}`, {
      details: { requiredScopes: rule.alternatives },
    });
  }
}
