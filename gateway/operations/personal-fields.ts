import { type ConstDirectiveNode, type DocumentNode, type GraphQLNamedType, Kind } from 'graphql';

/** Which fields the supergraph marks as protected health information: `@phi` on the field or on the type around it. */
export class PersonalFields {
  private readonly coordinates = new Set<string>();

  constructor(policy: DocumentNode) {
    for (const type of policy.definitions) {
      if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
      const isPersonal = isMarked(type.directives);
      for (const field of type.fields ?? []) {
        if (isPersonal || isMarked(field.directives)) this.coordinates.add(`${type.name.value}.${field.name.value}`);
      }
    }
  }

  has(type: GraphQLNamedType, fieldName: string): boolean {
    return this.coordinates.has(`${type.name}.${fieldName}`);
  }
}

function isMarked(directives: readonly ConstDirectiveNode[] = []): boolean {
  return directives.some(({ name }) => name.value === 'phi');
}
