import {
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  Kind,
  TypeInfo,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isInputType,
  typeFromAST,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/**
 * What a valid document uses of a schema, as the names that changes touch: a type, `Type.field`, `Type.field(argument:)`,
 * `Enum.VALUE`, `Input.field`, `@directive`, `Abstract/Member` for a member that is asked for by name, and `input Type` for
 * a type whose values come from variables, which no document shows.
 */
export function collectUsage(document: DocumentNode, schema: GraphQLSchema): ReadonlySet<string> {
  const used = new Set<string>();
  const typeInfo = new TypeInfo(schema);
  const conditions = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION
        ? [[definition.name.value, definition.typeCondition.name.value] as const]
        : [],
    ),
  );
  const addMember = (member: string | undefined): void => {
    const parent = typeInfo.getParentType();
    if (member !== undefined && parent) used.add(`${parent.name}/${member}`);
  };
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      Field: ({ name }) => {
        const parent = typeInfo.getParentType();
        if (!parent || name.value.startsWith('__')) return;
        const parents = isAbstractType(parent) ? [parent, ...schema.getPossibleTypes(parent)] : [parent];
        for (const type of parents) used.add(type.name).add(`${type.name}.${name.value}`);
        const type = typeInfo.getType();
        if (type) used.add(getNamedType(type).name);
      },
      Argument: ({ name }) => {
        const directive = typeInfo.getDirective();
        const field = typeInfo.getFieldDef();
        const parent = typeInfo.getParentType();
        if (!directive && field && parent) used.add(`${parent.name}.${field.name}(${name.value}:)`);
      },
      InlineFragment: ({ typeCondition }) => {
        addMember(typeCondition?.name.value);
      },
      FragmentSpread: ({ name }) => {
        addMember(conditions.get(name.value));
      },
      ObjectField: ({ name }) => {
        const parent = getNamedType(typeInfo.getParentInputType());
        if (parent) used.add(parent.name).add(`${parent.name}.${name.value}`);
      },
      EnumValue: ({ value }) => {
        const type = getNamedType(typeInfo.getInputType());
        if (type) used.add(`${type.name}.${value}`);
      },
      Directive: ({ name }) => {
        used.add(`@${name.value}`);
      },
      VariableDefinition: ({ type }) => {
        const input = typeFromAST(schema, type);
        if (isInputType(input)) addInput(input, used);
      },
    }),
  );
  return used;
}

/** Whatever may stand in a variable of this type. */
function addInput(input: GraphQLInputType, used: Set<string>): void {
  const type = getNamedType(input);
  const marker = `input ${type.name}`;
  if (used.has(marker)) return;
  used.add(marker).add(type.name);
  if (isEnumType(type)) for (const { name } of type.getValues()) used.add(`${type.name}.${name}`);
  if (!isInputObjectType(type)) return;
  for (const field of Object.values(type.getFields())) {
    used.add(`${type.name}.${field.name}`);
    addInput(field.type, used);
  }
}
