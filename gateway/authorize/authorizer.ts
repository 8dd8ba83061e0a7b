import {
  type DocumentNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  TypeInfo,
  getNamedType,
  isAbstractType,
  isObjectType,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { type AccessRule, AccessRules, type Actor, isSatisfied } from '#shared/auth';

/** The rules of one operation that one caller does not satisfy. */
export type DeniedRules = ReadonlySet<AccessRule>;

/** What keeps callers from one field of one type. */
interface FieldRules {
  /** Each of these by itself. */
  readonly each: readonly AccessRule[];
  /** These together: one for every type that the field may return an object of. Empty when some type is open. */
  readonly all: readonly AccessRule[];
}

/** Knows from the policy document what every field of every type needs. */
export class Authorizer {
  private readonly rules: AccessRules;
  private readonly fields = new Map<GraphQLObjectType, Map<string, FieldRules>>();

  /** @throws {GraphQLError} when the policy document has rules that cannot be enforced as they are meant */
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
            const { each, all } = this.fieldRules(type, node.name.value);
            for (const rule of [...each, ...all]) found.add(rule);
          }
        },
      }),
    );
    return [...found];
  }

  /** The policies that must be decided on before `deniedTo`. Of most operations there are none. */
  policiesOf(rules: readonly AccessRule[]): readonly string[] {
    return [...new Set(rules.flatMap(({ policies }) => policies.flat()))];
  }

  /** @param satisfiedPolicies of those that `policiesOf` names; without it none is satisfied */
  deniedTo(actor: Actor | null, rules: readonly AccessRule[], satisfiedPolicies?: ReadonlySet<string>): DeniedRules {
    return new Set(rules.filter((rule) => !isSatisfied(rule, actor, satisfiedPolicies)));
  }

  /** The rule that keeps this caller from a field of an object, if one does. */
  denialOf(type: GraphQLObjectType, fieldName: string, denied: DeniedRules): AccessRule | null {
    if (denied.size === 0) return null;
    const { each, all } = this.fieldRules(type, fieldName);
    const one = each.find((rule) => denied.has(rule));
    if (one) return one;
    // Whatever the field returned, its type would be denied: so it is not asked for.
    const [first] = all;
    return first && all.every((rule) => denied.has(rule)) ? first : null;
  }

  /** An interface or union stands for each of its implementers: federation allows rules on those alone. */
  concreteTypes(type: unknown): readonly GraphQLObjectType[] {
    if (isObjectType(type)) return [type];
    return isAbstractType(type) ? this.schema.getPossibleTypes(type) : [];
  }

  private fieldRules(type: GraphQLObjectType, fieldName: string): FieldRules {
    const ofType = this.fields.get(type) ?? new Map<string, FieldRules>();
    this.fields.set(type, ofType);
    const known = ofType.get(fieldName);
    if (known) return known;
    const rules = { each: this.rules.forSelection(type, fieldName), all: this.returnedRules(type, fieldName) };
    // Only names of the schema are kept: others never come this far, and must not fill the memory if they do.
    if (fieldName in type.getFields() || fieldName === '__typename') ofType.set(fieldName, rules);
    return rules;
  }

  private returnedRules(type: GraphQLObjectType, fieldName: string): readonly AccessRule[] {
    const field = type.getFields()[fieldName];
    const returned = field && getNamedType(field.type);
    if (!isAbstractType(returned)) return [];
    const members = this.concreteTypes(returned).map(({ name }) => this.rules.ofType(name));
    const protectedBy = members.filter((rule) => rule !== null);
    return protectedBy.length === members.length ? [...new Set(protectedBy)] : [];
  }
}
