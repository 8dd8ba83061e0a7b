import { type ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { z } from 'zod';
import { runInContext } from '#shared/context';
import { maskError } from '#shared/errors';
import { type Logger } from '#shared/logging';
import { type DocumentGuard } from '../limits';
import { withCorrelationId } from './apollo';
import { type Authenticator } from './authenticator';
import { type Caller, callerOf, readCorrelationId, setCaller } from './caller';
import { type Metrics } from './metrics';

export const graphqlPath = '/graphql';

interface GraphqlRouteOptions {
  readonly apollo: ApolloServer<Caller>;
  readonly authenticate: Authenticator;
  readonly guard: DocumentGuard;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly bodyBytes: number;
}

const parametersSchema = z.looseObject({
  query: z.string().optional(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});

/** `POST /graphql`, and `GET` for queries. Whatever is wrong with a request in form is said before Apollo sees it. */
export function addGraphqlRoute(fastify: FastifyInstance, options: GraphqlRouteOptions): void {
  const { apollo, metrics, log, bodyBytes } = options;
  const answer = fastifyApolloHandler(apollo, { context: (request) => Promise.resolve(callerOf(request)) });

  void fastify.register((scope, _settings, done) => {
    scope.removeContentTypeParser('text/plain');
    scope.setErrorHandler((error, request, reply) => sendError(error, { request, reply, log }));
    scope.addHook('onRequest', async (request) => {
      await identify(request, options.authenticate);
    });
    scope.addHook('onResponse', (request, reply, next) => {
      const { label, correlationId } = callerOf(request);
      metrics.observeRequest(label.operation, reply.statusCode, reply.elapsedTime / 1000);
      const durationMs = Math.round(reply.elapsedTime);
      // The access log: the operation by its hash, for a document may carry literals about a patient.
      log.info({ correlationId, operation: label.operation, status: reply.statusCode, durationMs }, 'Answered');
      next();
    });
    scope.route({
      method: ['GET', 'POST'],
      url: graphqlPath,
      exposeHeadRoute: false,
      bodyLimit: bodyBytes,
      preHandler: (request, _reply, next) => {
        admit(request, options.guard);
        next();
      },
      handler: (request, reply) => {
        const { correlationId } = callerOf(request);
        return runInContext({ correlationId, causationId: null, operationName: null }, () =>
          answer.call(scope, request, reply),
        );
      },
    });
    done();
  });
}

/** @throws {DomainError} UNAUTHENTICATED for a bad token; no token at all is an anonymous caller */
async function identify(request: FastifyRequest, authenticate: Authenticator): Promise<void> {
  const { authorization } = request.headers;
  // The correlation id is in the answer's headers already; the same one must be in its errors.
  const correlationId = readCorrelationId(request.headers['x-correlation-id']);
  const anonymous: Caller = { actor: null, correlationId, label: { operation: 'refused' } };
  setCaller(request, anonymous);
  if (authorization !== undefined) setCaller(request, { ...anonymous, actor: await authenticate(authorization) });
}

function admit(request: FastifyRequest, guard: DocumentGuard): void {
  const parsed = parametersSchema.safeParse(request.method === 'GET' ? readQueryString(request) : request.body);
  if (!parsed.success) throw malformed('The request is not one GraphQL request in JSON');
  const { query, variables } = parsed.data;
  if (query !== undefined) guard.admit(query, variables ?? {});
}

function readQueryString({ query }: FastifyRequest): unknown {
  const { variables, ...rest } = query as Record<string, string | string[]>;
  if (variables === undefined) return rest;
  try {
    return { ...rest, variables: JSON.parse(String(variables)) as unknown };
  } catch {
    throw malformed('variables is not JSON');
  }
}

function malformed(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } });
}

const statusOfCode: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: 401,
  UPSTREAM_UNAVAILABLE: 503,
  INTERNAL_SERVER_ERROR: 500,
};

/** Answers a request that never came to be executed. */
async function sendError(
  error: unknown,
  { request, reply, log }: { request: FastifyRequest; reply: FastifyReply; log: Logger },
): Promise<void> {
  const { correlationId } = callerOf(request);
  const { status, graphqlError } = describe(error);
  const masked = maskError(graphqlError.toJSON());
  const code = String(masked.extensions?.['code']);
  if (code === 'INTERNAL_SERVER_ERROR') log.error({ err: error, correlationId }, 'A request failed unexpectedly');
  if (code === 'UNAUTHENTICATED') reply.header('www-authenticate', 'Bearer error="invalid_token"');
  const accepted = request.headers.accept?.includes('application/graphql-response+json');
  await reply
    .code(status ?? statusOfCode[code] ?? 400)
    .type(`application/${accepted ? 'graphql-response+json' : 'json'}; charset=utf-8`)
    .send(JSON.stringify({ errors: [withCorrelationId(masked, correlationId)] }));
}

function describe(error: unknown): { status?: number; graphqlError: GraphQLError } {
  if (error instanceof GraphQLError) return { graphqlError: error };
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  if (status === 413) {
    const extensions = { code: 'LIMIT_EXCEEDED', limit: 'bodyBytes' };
    return { status, graphqlError: new GraphQLError('The request body is too large', { extensions }) };
  }
  // Fastify's own refusals: no JSON, another content type.
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return { status, graphqlError: malformed('The request is not one GraphQL request in JSON') };
  }
  return { graphqlError: new GraphQLError('Unexpected', { originalError: error as Error }) };
}
