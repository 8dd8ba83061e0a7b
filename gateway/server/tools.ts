import { type FastifyInstance } from 'fastify';
import { type FormattedExecutionResult, GraphQLError, OperationTypeNode } from 'graphql';
import { DomainError } from '#shared/errors';
import { type OperationCall, addMcpRoute, mcpEndpoint } from '../mcp';
import { type RequestRecord, startRecord, traceRequest } from '../observability';
import { type OverloadGuard } from '../overload';
import { type PersistedDocuments } from '../persisted';
import { type Authenticator } from './authenticator';
import { type GatewayConfig } from './gateway-options';
import { type Generation } from './generation';
import { type GraphqlPipeline } from './graphql-pipeline';
import { valueOf } from './written-answer';

interface ToolsOptions {
  readonly pipeline: GraphqlPipeline;
  readonly persisted: PersistedDocuments;
  readonly current: () => Generation;
  readonly authenticate: Authenticator;
  readonly overload: OverloadGuard;
  readonly observe: (record: RequestRecord) => void;
  readonly config: Pick<GatewayConfig, 'allowedOrigins' | 'trustProxy'>;
}

/** `/mcp`: the operations that the manifest marks, as tools. Another protocol, the same pipeline. */
export function serveTools(fastify: FastifyInstance, options: ToolsOptions): void {
  const { current, persisted, authenticate, config } = options;
  const endpoint = mcpEndpoint({
    version: () => current().supergraph.hash.slice(0, 12),
    operations: () =>
      persisted.operations.filter(({ isTool, kind }) => isTool && kind !== OperationTypeNode.SUBSCRIPTION),
    schema: () => current().supergraph.schema,
    authenticate,
    isOffered: async ({ text }, actor) => {
      const generation = current();
      try {
        return await generation.admits(generation.prepare({ source: text, operationName: null, variables: {} }), actor);
      } catch (error) {
        if (error instanceof GraphQLError) return false; // what this supergraph does not know is no tool of it
        throw error;
      }
    },
    run: (call) => run(call, options),
    isAllowedOrigin: (origin) => config.allowedOrigins.includes(origin),
  });
  addMcpRoute(fastify, endpoint, config);
}

async function run(call: OperationCall, options: ToolsOptions): Promise<FormattedExecutionResult> {
  const release = options.overload.admit();
  if (!release) return { errors: [new DomainError('OVERLOADED', 'There is too much to do').toJSON()] };
  const { operation, variables, actor, address, correlationId, signal, traceparent } = call;
  const record = startRecord({ correlationId, transport: 'mcp' });
  record.clientId = actor.clientId;
  try {
    const { result } = await traceRequest(record, traceparent, () =>
      options.pipeline.answer({
        parameters: { documentId: operation.id, variables },
        caller: { actor, address, correlationId, record },
        isSafe: false,
        signal,
      }),
    );
    return valueOf(result);
  } finally {
    release();
    options.observe(record);
  }
}
