import { type Tool } from '@modelcontextprotocol/sdk/types.js';
import { type GraphQLSchema, OperationTypeNode } from 'graphql';
import { type PersistedOperation, variablesSchema } from '../persisted';

/** A persisted operation as a model sees it: its name, what it is for, what it takes, and whether it changes anything. */
export function toolOf(operation: PersistedOperation, schema: GraphQLSchema): Tool {
  const { name, kind, description } = operation;
  const isQuery = kind === OperationTypeNode.QUERY;
  return {
    name,
    description: description ?? `The ${kind} ${name}`,
    inputSchema: variablesSchema(operation, schema) as Tool['inputSchema'],
    annotations: {
      readOnlyHint: isQuery,
      // A mutation may be harmless, but nothing in GraphQL says so: a host asks its user before it runs one.
      ...(!isQuery && { destructiveHint: true, idempotentHint: false }),
      openWorldHint: false,
    },
  };
}
