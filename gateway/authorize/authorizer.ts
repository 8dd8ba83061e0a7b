import {
  type DocumentNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  TypeInfo,
  isAbstractType,
  isObjectType,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { type AccessRule, AccessRules, type Actor, isSatisfied } from '#shared/auth';

/** The rules of one operation that one caller does not satisfy. */
export type DeniedRules = ReadonlySet<AccessRule>;

/** Knows from the policy document which scopes every field of every type needs. */
export class Authorizer {
  private readonly rules: AccessRules;

  constructor(
    policy: DocumentNode,
    private readonly schema: GraphQLSchema,
  ) {
    this.rules = AccessRules.fromSdl(policy);
  }

  /** Every rule an operation touches, in a fixed order; computed once and compared with each caller's scopes. */
  rulesOf(document: DocumentNode, operation: OperationDefinitionNode): readonly AccessRule[] {
    const found = new Set<AccessRule>();
    const typeInfo = new TypeInfo(this.schema);
    visit(
      document,
      visitWithTypeInfo(typeInfo, {
        OperationDefinition: (node) => (node === operation ? undefined : false),
        Field: (node) => {
          for (const type of this.concreteTypes(typeInfo.getParentType())) {
            for (const rule of this.rules.forSelection(type, node.name.value)) found.add(rule);
          }
        },
      }),
    );
    return [...found];
  }

  deniedTo(actor: Actor | null, rules: readonly AccessRule[]): DeniedRules {
    return new Set(rules.filter((rule) => !isSatisfied(rule, actor)));
  }

  /** The rule that keeps this caller from a field of an object, if one does. */
  denialOf(type: GraphQLObjectType, fieldName: string, denied: DeniedRules): AccessRule | null {
    if (denied.size === 0) return null;
    return this.rules.forSelection(type, fieldName).find((rule) => denied.has(rule)) ?? null;
  }

  /** An interface or union stands for each of its implementers: federation allows rules on those alone. */
  concreteTypes(type: unknown): readonly GraphQLObjectType[] {
    if (isObjectType(type)) return [type];
    return isAbstractType(type) ? this.schema.getPossibleTypes(type) : [];
  }
}
