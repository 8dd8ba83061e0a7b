import {
  type ASTNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLObjectType,
  type InlineFragmentNode,
  Kind,
  type SelectionSetNode,
  TypeInfo,
  type GraphQLSchema,
  isAbstractType,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { type Authorizer, type DeniedRules } from '../authorize';
import { type ResponseKeys, isIntrospective } from './response-keys';
import { typenameField } from './typename-field';

export interface CutContext {
  readonly schema: GraphQLSchema;
  readonly authorizer: Authorizer;
  readonly keys: ResponseKeys;
}

/**
 * The document that is planned: without the denied fields, with colliding selections renamed, and with `__typename`
 * wherever the projection must know the type of an object.
 */
export function cutDocument(document: DocumentNode, denied: DeniedRules, context: CutContext): DocumentNode {
  const typeInfo = new TypeInfo(context.schema);
  const enterField = (field: FieldNode): ASTNode | null | false | undefined => {
    if (isIntrospective(field)) return field.name.value === '__typename' && field.alias ? typenameField : false;
    const types = context.authorizer.concreteTypes(typeInfo.getParentType());
    const allowed = types.filter((type) => !context.authorizer.denialOf(type, field.name.value, denied));
    if (allowed.length === 0) return null;
    if (allowed.length < types.length) return perType(field, allowed);
    if (!context.keys.isRenamed(field)) return undefined;
    return { ...field, alias: { kind: Kind.NAME, value: context.keys.planned(field) } };
  };
  return visit(
    document,
    visitWithTypeInfo(typeInfo, {
      Field: { enter: enterField },
      SelectionSet: {
        leave: (set) => (needsTypename(set, typeInfo) ? withTypename(set) : undefined),
      },
    }),
  );
}

/** A field of an interface that only some implementers may answer, asked of those alone. */
function perType(field: FieldNode, types: readonly GraphQLObjectType[]): InlineFragmentNode {
  const selections = types.map((type): InlineFragmentNode => ({
    kind: Kind.INLINE_FRAGMENT,
    typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type.name } },
    selectionSet: { kind: Kind.SELECTION_SET, selections: [field] },
  }));
  return { kind: Kind.INLINE_FRAGMENT, selectionSet: { kind: Kind.SELECTION_SET, selections } };
}

function needsTypename(set: SelectionSetNode, typeInfo: TypeInfo): boolean {
  return set.selections.length === 0 || isAbstractType(typeInfo.getParentType());
}

function withTypename(set: SelectionSetNode): SelectionSetNode {
  return { ...set, selections: [typenameField, ...set.selections] };
}
