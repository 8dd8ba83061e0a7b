import { GraphQLError, type GraphQLSchema, Kind, type VariableDefinitionNode, getVariableValues } from 'graphql';
import { DomainError } from '#shared/errors';
import { type PreparedOperation } from './prepared-operation';

type Variables = Readonly<Record<string, unknown>>;

export type CoercedVariables = { readonly variables: Variables } | { readonly errors: readonly GraphQLError[] };

const none: CoercedVariables = { variables: {} };

/** The caller's variables as the schema wants them, with defaults (specification §6.1.2). */
export function coerceVariables(
  schema: GraphQLSchema,
  {
    operation: { variableDefinitions },
    conditions,
    plainVariables,
  }: Pick<PreparedOperation, 'operation' | 'conditions' | 'plainVariables'>,
  given: Variables,
): CoercedVariables {
  if (!variableDefinitions?.length) return none;
  const plain = plainVariables?.(given);
  if (plain) return { variables: plain };
  const { coerced, errors } = getVariableValues(schema, variableDefinitions, given, { maxErrors: 10 });
  if (errors) return { errors: errors.map(({ nodes }) => badVariable(nameOf(nodes))) };
  // `$yes: Boolean = true` may stand in `@include(if: $yes)`, and be given as null all the same (§5.8.5).
  const undecided = conditions.find((name) => coerced[name] === null);
  return undecided === undefined ? { variables: coerced } : { errors: [badVariable(undecided)] };
}

/** Variables that are right as they are; null when any of them has to be looked at more closely. */
export type PlainVariables = (given: Variables) => Variables | null;

const isPlain: Readonly<Record<string, (value: unknown) => boolean>> = {
  ID: (value) => typeof value === 'string',
  String: (value) => typeof value === 'string',
  Boolean: (value) => typeof value === 'boolean',
  Int: (value) => typeof value === 'number' && (value | 0) === value,
};

/**
 * Most operations have a few required variables of built-in scalars, for which graphql-js takes longer than the gateway
 * for all else before the first fetch.
 * @returns null for operations with others
 */
export function plainVariables(definitions: readonly VariableDefinitionNode[] = []): PlainVariables | null {
  const tests = definitions.map(({ variable, type, defaultValue }) => {
    if (type.kind !== Kind.NON_NULL_TYPE || type.type.kind !== Kind.NAMED_TYPE || defaultValue) return undefined;
    const test = isPlain[type.type.name.value];
    return test && { name: variable.name.value, test };
  });
  const all = tests.filter((one) => one !== undefined);
  if (all.length < tests.length) return null;
  return (given) => {
    const taken: Record<string, unknown> = {};
    for (const { name, test } of all) {
      const value = Object.hasOwn(given, name) ? given[name] : undefined;
      if (!test(value)) return null;
      taken[name] = value;
    }
    return taken;
  };
}

function nameOf(nodes: GraphQLError['nodes']): string | undefined {
  const definition = nodes?.find((node) => node.kind === Kind.VARIABLE_DEFINITION);
  return definition?.variable.name.value;
}

/** graphql-js quotes the value in its message, and a value may be about a patient. */
function badVariable(variable: string | undefined): GraphQLError {
  const name = variable === undefined ? '' : ` $${variable}`;
  const { extensions } = new DomainError('BAD_USER_INPUT', '');
  return new GraphQLError(`The variable${name} has a value that its type does not allow`, { extensions });
}
