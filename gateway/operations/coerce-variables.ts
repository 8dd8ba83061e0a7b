import { GraphQLError, type GraphQLSchema, Kind, getVariableValues } from 'graphql';
import { DomainError } from '#shared/errors';
import { type PreparedOperation } from './prepared-operation';

type Variables = Readonly<Record<string, unknown>>;

export type CoercedVariables = { readonly variables: Variables } | { readonly errors: readonly GraphQLError[] };

const none: CoercedVariables = { variables: {} };

/** The caller's variables as the schema wants them, with defaults (specification §6.1.2). */
export function coerceVariables(
  schema: GraphQLSchema,
  { operation: { variableDefinitions }, conditions }: Pick<PreparedOperation, 'operation' | 'conditions'>,
  given: Variables,
): CoercedVariables {
  if (!variableDefinitions?.length) return none;
  const { coerced, errors } = getVariableValues(schema, variableDefinitions, given, { maxErrors: 10 });
  if (errors) return { errors: errors.map(({ nodes }) => badVariable(nameOf(nodes))) };
  // `$yes: Boolean = true` may stand in `@include(if: $yes)`, and be given as null all the same (§5.8.5).
  const undecided = conditions.find((name) => coerced[name] === null);
  return undecided === undefined ? { variables: coerced } : { errors: [badVariable(undecided)] };
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
