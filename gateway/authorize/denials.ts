import {
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isListType,
  isNonNullType,
} from 'graphql';
import { type AccessRule } from '#shared/auth';
import { DomainError } from '#shared/errors';
import { type Authorizer, type DeniedRules } from './authorizer';

/** A field that a caller may not have, by where it stands in the operation. */
export interface Denial {
  /** Response keys from the root; `@` stands for every index of a list. */
  readonly path: readonly string[];
  /** E.g. `Patient.nationalId`. */
  readonly coordinate: string;
  readonly rule: AccessRule;
}

export interface DenialsInput {
  readonly schema: GraphQLSchema;
  readonly rootType: GraphQLObjectType;
  readonly selectionSet: SelectionSetNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  /** Coerced, with defaults. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly denied: DeniedRules;
}

/** Fragments that spread each other can stand for more fields than anybody can list. */
const maxFields = 20_000;

/**
 * Every denied field of an operation, known before anything of it is executed. Behind an interface or a union a field is
 * listed for each type that may turn up and would be denied. Nothing below a denied field is looked at.
 * @throws {DomainError} LIMIT_EXCEEDED when the operation selects more than 20,000 fields, its fragments written out
 */
export function denialsOf(authorizer: Authorizer, input: DenialsInput): Denial[] {
  if (input.denied.size === 0) return [];
  const search = new Search(authorizer, input);
  search.set(input.selectionSet, [input.rootType], []);
  return [...search.found.values()];
}

class Search {
  readonly found = new Map<string, Denial>();
  private fields = 0;

  constructor(
    private readonly authorizer: Authorizer,
    private readonly input: DenialsInput,
  ) {}

  set({ selections }: SelectionSetNode, types: readonly GraphQLObjectType[], path: readonly string[]): void {
    for (const selection of selections) {
      if (!isIncluded(selection.directives ?? [], this.input.variables)) continue;
      if (selection.kind === Kind.FIELD) this.field(selection, types, path);
      else this.fragment(selection, types, path);
    }
  }

  private fragment(
    selection: Exclude<SelectionNode, FieldNode>,
    types: readonly GraphQLObjectType[],
    path: readonly string[],
  ): void {
    const { schema, fragments } = this.input;
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value];
    if (!fragment) return;
    const condition = fragment.typeCondition && schema.getType(fragment.typeCondition.name.value);
    const applies = (type: GraphQLObjectType): boolean =>
      !condition || type === condition || (isAbstractType(condition) && schema.isSubType(condition, type));
    this.set(fragment.selectionSet, types.filter(applies), path);
  }

  private field(node: FieldNode, types: readonly GraphQLObjectType[], path: readonly string[]): void {
    if (++this.fields > maxFields) throw new DomainError('LIMIT_EXCEEDED', 'The operation selects too many fields');
    const name = node.name.value;
    const here = [...path, node.alias?.value ?? name];
    for (const type of types) {
      const rule = this.authorizer.denialOf(type, name, this.input.denied);
      if (rule) this.add({ path: here, coordinate: `${type.name}.${name}`, rule });
      else if (node.selectionSet) this.below(type, node, { here, set: node.selectionSet });
    }
  }

  private below(
    type: GraphQLObjectType,
    { name }: FieldNode,
    { here, set }: { here: readonly string[]; set: SelectionSetNode },
  ): void {
    const definition = type.getFields()[name.value];
    const returned = definition && getNamedType(definition.type);
    if (!definition || !isCompositeType(returned)) return;
    this.set(set, this.authorizer.concreteTypes(returned), [...here, ...listSteps(definition.type)]);
  }

  private add(denial: Denial): void {
    this.found.set(`${denial.coordinate} ${denial.path.join('.')}`, denial);
  }
}

function listSteps(type: GraphQLOutputType): string[] {
  if (isNonNullType(type)) return listSteps(type.ofType);
  return isListType(type) ? ['@', ...listSteps(type.ofType)] : [];
}

/** `@skip` and `@include`, whose one argument is a literal or a variable. */
function isIncluded(directives: readonly DirectiveNode[], variables: DenialsInput['variables']): boolean {
  return directives.every(({ name, arguments: given }) => {
    const value = given?.[0]?.value;
    const condition = value?.kind === Kind.VARIABLE ? variables[value.name.value] : isTrue(value);
    if (name.value === 'skip') return condition !== true;
    return name.value !== 'include' || condition === true;
  });
}

function isTrue(value: { readonly kind: Kind; readonly value?: unknown } | undefined): boolean {
  return value?.kind === Kind.BOOLEAN && value.value === true;
}
