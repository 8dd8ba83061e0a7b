import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLNamedInputType,
  type GraphQLSchema,
  type VariableDefinitionNode,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  isInputType,
  typeFromAST,
  Kind,
} from 'graphql';
import { type PersistedOperation } from './persisted-operation';

/** A schema of JSON Schema 2020-12, as OpenAPI 3.1 and MCP use it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const scalars: Readonly<Record<string, JsonSchema>> = {
  Boolean: { type: 'boolean' },
  Float: { type: 'number' },
  // GraphQL §3.5.1: an Int is a signed 32-bit number.
  Int: { type: 'integer', minimum: -(2 ** 31), maximum: 2 ** 31 - 1 },
  ID: { type: 'string' },
  String: { type: 'string' },
};

/**
 * What an operation's variables may be, for those who call it by other ways than GraphQL.
 * @throws {Error} when a variable has a type that the schema does not know: the operation is not valid
 */
export function variablesSchema({ definition }: PersistedOperation, schema: GraphQLSchema): JsonSchema {
  const writer = new SchemaWriter();
  const variables = definition.variableDefinitions ?? [];
  const properties = variables.map((node) => [node.variable.name.value, writer.ofType(typeOf(node, schema))]);
  const required = variables.filter(isRequired).map((node) => node.variable.name.value);
  return {
    type: 'object',
    properties: Object.fromEntries(properties) as JsonSchema,
    required,
    additionalProperties: false,
    ...(writer.definitions.size > 0 && { $defs: Object.fromEntries(writer.definitions) }),
  };
}

function typeOf(node: VariableDefinitionNode, schema: GraphQLSchema): GraphQLInputType {
  const type = typeFromAST(schema, node.type);
  if (!isInputType(type)) throw new Error(`The variable ${node.variable.name.value} has no input type`);
  return type;
}

function isRequired({ type, defaultValue }: VariableDefinitionNode): boolean {
  return type.kind === Kind.NON_NULL_TYPE && defaultValue === undefined;
}

/** Input objects may hold each other, so each is written once and referred to. */
class SchemaWriter {
  readonly definitions = new Map<string, JsonSchema>();

  ofType(type: GraphQLInputType): JsonSchema {
    if (isNonNullType(type)) return this.ofNonNull(type.ofType);
    return { anyOf: [this.ofNonNull(type), { type: 'null' }] };
  }

  private ofNonNull(type: Exclude<GraphQLInputType, { readonly ofType: unknown }> | GraphQLInputType): JsonSchema {
    if (isListType(type)) return { type: 'array', items: this.ofType(type.ofType) };
    if (isNonNullType(type)) return this.ofNonNull(type.ofType);
    return this.ofNamed(type);
  }

  private ofNamed(type: GraphQLNamedInputType): JsonSchema {
    if (isEnumType(type)) return { type: 'string', enum: type.getValues().map(({ name }) => name) };
    if (isInputObjectType(type)) return this.ofInputObject(type);
    return scalars[type.name] ?? { description: type.description ?? `A ${type.name}` };
  }

  private ofInputObject(type: GraphQLInputObjectType): JsonSchema {
    const reference = { $ref: `#/$defs/${type.name}` };
    if (this.definitions.has(type.name)) return reference;
    // Before its fields: one of them may lead back here.
    this.definitions.set(type.name, {});
    const fields = Object.values(type.getFields());
    this.definitions.set(type.name, {
      type: 'object',
      ...(type.description && { description: type.description }),
      properties: Object.fromEntries(fields.map((field) => [field.name, this.ofType(field.type)])),
      required: fields.filter(isRequiredInputField).map(({ name }) => name),
      additionalProperties: false,
    });
    return reference;
  }
}
