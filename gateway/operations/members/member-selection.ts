import {
  type DocumentNode,
  type FieldNode,
  type GraphQLNamedOutputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  Kind,
  type SelectionNode,
  TypeInfo,
  getNamedType,
  getNullableType,
  isAbstractType,
  isListType,
  isObjectType,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { type GuardedMembers } from '../../executor';
import { responseKey } from '../response-keys';
import { typenameField } from '../typename-field';

/** Under which key an edge has its node for the gateway itself, whatever a client selects of it. */
export const edgeNodeKey = '_subject_of_edge';

/**
 * Makes operations say of every member of a list about whom it is, and of every count of such members how many there are
 * of whom, so that those can be left out whose subjects do not agree.
 */
export class MemberSelection {
  private readonly selections = new Map<string, readonly SelectionNode[]>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly members: GuardedMembers,
  ) {}

  /** @returns null when the document lists and counts no such members */
  into(document: DocumentNode): DocumentNode | null {
    const typeInfo = new TypeInfo(this.schema);
    const leave = (field: FieldNode): FieldNode | undefined =>
      this.counted(field, typeInfo) ?? this.listed(field, typeInfo) ?? undefined;
    const grown = visit(document, visitWithTypeInfo(typeInfo, { Field: { leave } }));
    return grown === document ? null : grown;
  }

  private counted(field: FieldNode, typeInfo: TypeInfo): FieldNode | null {
    const count = this.members.counts.get(`${typeInfo.getParentType()?.name ?? ''}.${field.name.value}`);
    if (!count) return null;
    const alias = { kind: Kind.NAME, value: responseKey(field) } as const;
    return {
      ...fieldOf(
        count.subjects,
        ['subject', 'count'].map((name) => fieldOf(name)),
      ),
      alias,
    };
  }

  private listed(field: FieldNode, typeInfo: TypeInfo): FieldNode | null {
    const type = typeInfo.getType();
    if (!type || !field.selectionSet || !isListType(getNullableType(type))) return null;
    const added = this.selectionOf(getNamedType(type));
    if (added.length === 0) return null;
    const { selectionSet } = field;
    return { ...field, selectionSet: { ...selectionSet, selections: [...selectionSet.selections, ...added] } };
  }

  /** What tells of the members of a list of this type whose they are. */
  private selectionOf(type: GraphQLNamedOutputType): readonly SelectionNode[] {
    const known = this.selections.get(type.name);
    if (known) return known;
    const selection = isObjectType(type) ? this.ofObject(type) : this.ofAbstract(type);
    this.selections.set(type.name, selection);
    return selection;
  }

  private ofAbstract(type: GraphQLNamedOutputType): readonly SelectionNode[] {
    if (!isAbstractType(type)) return [];
    return this.schema.getPossibleTypes(type).flatMap((member): SelectionNode[] => {
      const selections = this.ofObject(member);
      if (selections.length === 0) return [];
      const typeCondition = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: member.name } } as const;
      return [{ kind: Kind.INLINE_FRAGMENT, typeCondition, selectionSet: { kind: Kind.SELECTION_SET, selections } }];
    });
  }

  private ofObject(type: GraphQLObjectType): readonly SelectionNode[] {
    const rules = this.members.rules.get(type.name);
    if (rules) return rules.map(({ subjectPath }) => pathOf(subjectPath));
    const node = type.getFields()['node'];
    if (!node || isListType(getNullableType(node.type))) return [];
    const named = getNamedType(node.type);
    const types = isAbstractType(named) ? this.schema.getPossibleTypes(named) : [named];
    if (!types.some(({ name }) => this.members.rules.has(name))) return [];
    const alias = { kind: Kind.NAME, value: edgeNodeKey } as const;
    return [{ ...fieldOf('node', [typenameField, ...this.selectionOf(named)]), alias }];
  }
}

function pathOf([start = '', ...rest]: readonly string[]): FieldNode {
  return fieldOf(start, rest.length > 0 ? [pathOf(rest)] : []);
}

function fieldOf(name: string, selections: readonly SelectionNode[] = []): FieldNode {
  const field = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: name } } as const;
  return selections.length > 0 ? { ...field, selectionSet: { kind: Kind.SELECTION_SET, selections } } : field;
}
