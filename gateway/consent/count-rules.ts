import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type TypeNode,
} from 'graphql';
import { type ConsentRule } from './consent-rules';

/** One `@counts` of the supergraph: a number of objects that need consent. */
export interface CountRule {
  readonly typeName: string;
  readonly fieldName: string;
  /** What is counted. */
  readonly of: string;
  /** The field beside it that says how many there are of whom, as a list of `subject` and `count`. */
  readonly subjects: string;
}

type Composite = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

export function readCountRules(policy: DocumentNode): CountRule[] {
  return compositesOf(policy).flatMap((type) =>
    (type.fields ?? []).flatMap(({ name, directives = [] }) =>
      directives
        .filter((directive) => directive.name.value === 'counts')
        .map((directive) => ({
          typeName: type.name.value,
          fieldName: name.value,
          of: textOf(directive, 'type'),
          subjects: textOf(directive, 'subjects'),
        })),
    ),
  );
}

/**
 * What would count objects that the caller may not know of. Beside a list of such objects, in a type that is not an
 * entity (a page), each whole number is taken for a count.
 * @param types rules of whole types
 */
export function problemsOfCounts(
  policy: DocumentNode,
  types: readonly ConsentRule[],
  counts: readonly CountRule[],
): string[] {
  const schema = new CountedSchema(policy, new Set(types.map(({ typeName }) => typeName)));
  const unsaid = schema.pages().flatMap((page) =>
    (page.fields ?? [])
      .filter(({ type }) => nameOfType(type) === 'Int')
      .filter(({ name }) => !counts.some((rule) => isAt(rule, page.name.value, name.value)))
      .map(({ name }) => `${page.name.value}.${name.value}: it may count them; say what with @counts, or leave it out`),
  );
  const unkept = counts.flatMap((rule) => {
    const paths = types.filter(({ typeName }) => typeName === rule.of).map(({ subjectPath }) => subjectPath.join('.'));
    const problem = schema.problemOf(rule) ?? problemOfSubjects(new Set(paths));
    return problem === null ? [] : [`${rule.typeName}.${rule.fieldName}: ${problem}`];
  });
  return [...unsaid, ...unkept];
}

function problemOfSubjects(paths: ReadonlySet<string>): string | null {
  if (paths.size === 0) return 'what it counts needs no consent';
  return paths.size > 1 ? 'what it counts needs the consent of more than one person' : null;
}

class CountedSchema {
  private readonly types: ReadonlyMap<string, Composite>;

  constructor(
    private readonly policy: DocumentNode,
    private readonly guarded: ReadonlySet<string>,
  ) {
    this.types = new Map(compositesOf(policy).map((type) => [type.name.value, type]));
  }

  pages(): Composite[] {
    return [...this.types.values()].filter(
      (type) => !isEntity(type) && (type.fields ?? []).some((field) => this.lists(field)),
    );
  }

  problemOf({ typeName, fieldName, subjects }: CountRule): string | null {
    const type = this.types.get(typeName);
    const field = fieldOf(type, fieldName);
    if (type?.kind !== Kind.OBJECT_TYPE_DEFINITION || !field) return 'it stands on an interface';
    if (nameOfType(field.type) !== 'Int' || isList(field.type)) return 'it is no whole number';
    if (field.arguments?.length) return 'it takes arguments';
    const promised = (type.interfaces ?? []).some(({ name }) => fieldOf(this.types.get(name.value), fieldName));
    if (promised) return 'an interface has it too, where it could not be told from others';
    return this.problemOfTally(fieldOf(type, subjects));
  }

  private problemOfTally(tally: FieldDefinitionNode | undefined): string | null {
    if (!tally || !isList(tally.type) || tally.arguments?.length || !this.isTallied(nameOfType(tally.type))) {
      return 'its subjects are no list of { subject: ID! count: Int! }';
    }
    const isHidden = tally.directives?.some(({ name }) => name.value === 'inaccessible');
    return isHidden ? null : 'its subjects are not @inaccessible';
  }

  private isTallied(typeName: string): boolean {
    const wanted = { subject: 'ID', count: 'Int' };
    return Object.entries(wanted).every(([name, type]) => {
      const field = fieldOf(this.types.get(typeName), name);
      return field !== undefined && nameOfType(field.type) === type;
    });
  }

  /** Does a field list objects that need consent, by themselves or as the `node` of edges? */
  private lists({ type }: FieldDefinitionNode): boolean {
    if (!isList(type)) return false;
    const node = fieldOf(this.types.get(nameOfType(type)), 'node');
    return this.isGuarded(nameOfType(type)) || (node !== undefined && this.isGuarded(nameOfType(node.type)));
  }

  private isGuarded(typeName: string): boolean {
    return this.membersOf(typeName).some((member) => this.guarded.has(member));
  }

  private membersOf(typeName: string): string[] {
    const implementers = [...this.types.values()].filter(({ interfaces }) =>
      interfaces?.some(({ name }) => name.value === typeName),
    );
    const united = this.policy.definitions.flatMap((node) =>
      node.kind === Kind.UNION_TYPE_DEFINITION && node.name.value === typeName ? (node.types ?? []) : [],
    );
    return [typeName, ...implementers.map(({ name }) => name.value), ...united.map(({ name }) => name.value)];
  }
}

function compositesOf({ definitions }: DocumentNode): Composite[] {
  return definitions.filter(
    (node) => node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION,
  );
}

function isEntity({ directives = [] }: Composite): boolean {
  return directives.some((join) => join.name.value === 'join__type' && textOf(join, 'key') !== '');
}

function isAt(rule: CountRule, typeName: string, fieldName: string): boolean {
  return rule.typeName === typeName && rule.fieldName === fieldName;
}

function fieldOf(type: Composite | undefined, name: string): FieldDefinitionNode | undefined {
  return type?.fields?.find((field) => field.name.value === name);
}

function isList(type: TypeNode): boolean {
  return type.kind === Kind.LIST_TYPE || (type.kind === Kind.NON_NULL_TYPE && isList(type.type));
}

function nameOfType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOfType(type.type);
}

function textOf(directive: ConstDirectiveNode, argument: string): string {
  const value = directive.arguments?.find(({ name }) => name.value === argument)?.value;
  return value?.kind === Kind.STRING ? value.value : '';
}
