import { type GraphQLSchema, isAbstractType, isInterfaceType, isObjectType } from 'graphql';
import { type Entity } from './entity';

/** Which types stand for which, over the whole supergraph (types that clients do not see are in plans too). */
export class TypeTable {
  private readonly fitting = new Map<string, ReadonlySet<string>>();
  private readonly objects = new Set<string>();

  constructor(schema: GraphQLSchema) {
    for (const type of Object.values(schema.getTypeMap())) {
      if (isObjectType(type)) this.objects.add(type.name);
      if (!isAbstractType(type)) continue;
      const members = new Set([type.name, ...schema.getPossibleTypes(type).map(({ name }) => name)]);
      if (isInterfaceType(type)) for (const { name } of schema.getImplementations(type).interfaces) members.add(name);
      this.fitting.set(type.name, members);
    }
  }

  isObject(name: string | undefined): name is string {
    return name !== undefined && this.objects.has(name);
  }

  /** Does an object fit a type condition? @param whenUntyped the answer for an object without `__typename` */
  fits(object: Entity, condition: string, whenUntyped = false): boolean {
    const name = object['__typename'];
    if (typeof name !== 'string') return whenUntyped;
    return name === condition || (this.fitting.get(condition)?.has(name) ?? false);
  }
}
