import {
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { type SchemaChange } from './schema-change';

/** Anything of a schema that can be deprecated. */
interface Deprecatable {
  readonly deprecationReason?: string | null | undefined;
}

/** What graphql-js does not say: what is new, what has been deprecated, and defaults of input fields. */
export function findOverlookedDifferences(before: GraphQLSchema, after: GraphQLSchema): SchemaChange[] {
  const types = before.getTypeMap();
  return Object.values(after.getTypeMap()).flatMap((type) => {
    const old = types[type.name];
    return old ? ofType(old, type) : [safe('TYPE_ADDED', type.name, `${type.name} was added.`)];
  });
}

/** The parts of a schema by coordinate, with whether they were deprecated. */
export function deprecatedCoordinates(schema: GraphQLSchema): ReadonlySet<string> {
  const found = new Set<string>();
  const check = (coordinate: string, { deprecationReason }: Deprecatable): void => {
    if (deprecationReason != null) found.add(coordinate);
  };
  for (const type of Object.values(schema.getTypeMap())) {
    for (const [name, part] of partsOf(type)) check(`${type.name}.${name}`, part);
    for (const field of isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : []) {
      for (const argument of field.args) check(`${type.name}.${field.name}(${argument.name}:)`, argument);
    }
  }
  return found;
}

function ofType(old: GraphQLNamedType, type: GraphQLNamedType): SchemaChange[] {
  const before = partsOf(old);
  const deprecations = [...partsOf(type)].flatMap(([name, part]) =>
    ofDeprecation(`${type.name}.${name}`, before.get(name), part),
  );
  if (isInputObjectType(old) && isInputObjectType(type)) {
    return [...deprecations, ...ofDefaults(type.name, old.getFields(), type.getFields())];
  }
  const isFielded = (isObjectType(old) && isObjectType(type)) || (isInterfaceType(old) && isInterfaceType(type));
  return isFielded ? [...deprecations, ...ofFields(type.name, old.getFields(), type.getFields())] : deprecations;
}

function ofDeprecation(coordinate: string, old: Deprecatable | undefined, part: Deprecatable): SchemaChange[] {
  if (!old || (old.deprecationReason == null) === (part.deprecationReason == null)) return [];
  const isNew = part.deprecationReason != null;
  const what = isNew ? `was deprecated: ${part.deprecationReason}` : 'is not deprecated any more.';
  return [safe(isNew ? 'DEPRECATED' : 'UNDEPRECATED', coordinate, `${coordinate} ${what}`)];
}

function ofFields(
  typeName: string,
  old: Readonly<Record<string, GraphQLField<unknown, unknown>>>,
  fields: Readonly<Record<string, GraphQLField<unknown, unknown>>>,
): SchemaChange[] {
  return Object.values(fields).flatMap(({ name, type }) => {
    const coordinate = `${typeName}.${name}`;
    const before = old[name];
    if (!before) return [safe('FIELD_ADDED', coordinate, `${coordinate} was added.`)];
    const isNarrower = isNonNullType(type) && type.ofType.toString() === before.type.toString();
    return isNarrower ? [safe('FIELD_NEVER_NULL', coordinate, `${coordinate} is never null any more.`)] : [];
  });
}

function ofDefaults(
  typeName: string,
  old: Readonly<Record<string, GraphQLInputField>>,
  fields: Readonly<Record<string, GraphQLInputField>>,
): SchemaChange[] {
  return Object.values(fields).flatMap(({ name, defaultValue }) => {
    const before = old[name];
    if (!before || JSON.stringify(before.defaultValue) === JSON.stringify(defaultValue)) return [];
    const coordinate = `${typeName}.${name}`;
    const message = `${coordinate} has another default value.`;
    return [
      { level: 'dangerous' as const, code: 'INPUT_FIELD_DEFAULT_VALUE_CHANGE', coordinate, message, touches: [] },
    ];
  });
}

function partsOf(type: GraphQLNamedType): ReadonlyMap<string, Deprecatable> {
  if (isEnumType(type)) return new Map(type.getValues().map((value) => [value.name, value]));
  const isFielded = isObjectType(type) || isInterfaceType(type) || isInputObjectType(type);
  return new Map<string, Deprecatable>(isFielded ? Object.entries(type.getFields()) : []);
}

function safe(code: string, coordinate: string, message: string): SchemaChange {
  return { level: 'safe', code, coordinate, message, touches: [] };
}
