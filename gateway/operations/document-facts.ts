import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { type PersonalFields } from './personal-fields';

export function someField(document: DocumentNode, matches: (field: FieldNode) => boolean): boolean {
  let found = false;
  visit(document, {
    Field: (field) => {
      found ||= matches(field);
    },
  });
  return found;
}

export function fragmentsOf({ definitions }: DocumentNode): Record<string, FragmentDefinitionNode> {
  const fragments = definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  return Object.fromEntries(fragments.map((fragment) => [fragment.name.value, fragment]));
}

export function asksForSchema(document: DocumentNode): boolean {
  return someField(document, ({ name }) => name.value === '__schema' || name.value === '__type');
}

/** Does some fragment say `@defer`? */
export function isInParts(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    Directive: ({ name }) => {
      found ||= name.value === 'defer';
    },
  });
  return found;
}

/** The document as one that is answered at once. */
export function withoutDefer(document: DocumentNode): DocumentNode {
  return visit(document, { Directive: ({ name }) => (name.value === 'defer' ? null : undefined) });
}

/** Names of the variables that decide what is selected; or, of `@defer`, when. */
export function conditionVariables(
  document: DocumentNode,
  directives: readonly string[] = ['skip', 'include'],
): readonly string[] {
  const names = new Set<string>();
  visit(document, {
    Directive: ({ name, arguments: given }) => {
      if (!directives.includes(name.value)) return;
      for (const { value } of given ?? []) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names];
}

/** Does it select a field that is about somebody's health? */
export function isPersonal(document: DocumentNode, schema: GraphQLSchema, personal: PersonalFields): boolean {
  const typeInfo = new TypeInfo(schema);
  let found = false;
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      Field: ({ name }) => {
        const type = typeInfo.getParentType();
        found ||= type != null && personal.has(type, name.value);
      },
    }),
  );
  return found;
}
