import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  type GraphQLFieldResolver,
  type GraphQLOutputType,
  type GraphQLSchema,
  execute,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  parse,
} from 'graphql';
import { type SubgraphRequest, type SubgraphResult, type SubgraphTransport, inProcessTransport } from '../transport';

/** What the subgraphs of a test have seen, and what they are to answer. */
export interface CanaryLog {
  /** Coordinates of the fields that some subgraph has made a value for, e.g. `Patient.name`. */
  readonly resolved: Set<string>;
  /** Where a field may return objects of several types, which one it is to be: types by coordinate. */
  preferred: ReadonlyMap<string, string>;
}

const canaryMark = 'canary:';

/** What a subgraph says when it is asked for a text field: nobody can have it from anywhere else. */
export function canaryOf(coordinate: string): string {
  return canaryMark + coordinate;
}

/** A subgraph that answers every field of its schema, to whomever asks. */
export function canarySubgraph(typeDefs: string, log: CanaryLog): SubgraphTransport {
  const schema = buildSubgraphSchema({ typeDefs: parse(typeDefs) });
  return inProcessTransport((request) => answer(schema, request, log));
}

async function answer(schema: GraphQLSchema, request: SubgraphRequest, log: CanaryLog): Promise<SubgraphResult> {
  // eslint-disable-next-line @typescript-eslint/max-params -- the signature of every GraphQL resolver
  const fieldResolver: GraphQLFieldResolver<unknown, unknown> = (source, _given, _context, info) => {
    const present = (source as Readonly<Record<string, unknown>> | undefined)?.[info.fieldName];
    if (present !== undefined) return present;
    const coordinate = `${info.parentType.name}.${info.fieldName}`;
    log.resolved.add(coordinate);
    return valueOf(info.returnType, { schema, coordinate, log });
  };
  const result = await execute({
    schema,
    document: parse(request.query),
    variableValues: request.variables,
    operationName: request.operationName ?? null,
    // What a subgraph answers to the event of a subscription is one execution as well.
    rootValue: {},
    fieldResolver,
    typeResolver: (value) => (value as { __typename: string }).__typename,
  });
  return JSON.parse(JSON.stringify(result)) as SubgraphResult;
}

interface ValueContext {
  readonly schema: GraphQLSchema;
  readonly coordinate: string;
  readonly log: CanaryLog;
}

function valueOf(type: GraphQLOutputType, context: ValueContext): unknown {
  if (isNonNullType(type)) return valueOf(type.ofType, context);
  if (isListType(type)) return listOf(type.ofType, context);
  if (isObjectType(type)) return { __typename: type.name };
  if (isAbstractType(type)) {
    const names = context.schema.getPossibleTypes(type).map(({ name }) => name);
    return { __typename: context.log.preferred.get(context.coordinate) ?? names[0] };
  }
  if (isEnumType(type)) return type.getValues()[0]?.name;
  const numbers: Readonly<Record<string, unknown>> = { Int: 7, Float: 7.5, Boolean: true };
  return numbers[type.name] ?? canaryOf(context.coordinate);
}

/** Two of a kind, or one of each type that there may be. */
function listOf(type: GraphQLOutputType, context: ValueContext): unknown[] {
  const member = isNonNullType(type) ? (type.ofType as GraphQLOutputType) : type;
  if (!isAbstractType(member)) return [valueOf(member, context), valueOf(member, context)];
  return context.schema.getPossibleTypes(member).map(({ name }) => ({ __typename: name }));
}
