import { type ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { z } from 'zod';
import { runInContext } from '#shared/context';
import { DomainError, maskError } from '#shared/errors';
import { type Logger } from '#shared/logging';
import { type Demand, RateLimitedError, addressOf } from '../limits';
import { type RequestRecord, startRecord, traceRequest } from '../observability';
import { type OverloadGuard } from '../overload';
import { PersistedDocumentError, type PersistedDocuments } from '../persisted';
import { type Authenticator } from './authenticator';
import { type Caller, callerOf, readCorrelationId, setCaller } from './caller';
import { type Generation } from './generation';
import { withCorrelationId } from './request-error';

export const graphqlPath = '/graphql';

interface GraphqlRouteOptions {
  readonly apollo: ApolloServer<Caller>;
  readonly authenticate: Authenticator;
  readonly current: () => Generation;
  readonly demand: Demand;
  readonly overload: OverloadGuard;
  readonly trustProxy: boolean;
  readonly persisted: PersistedDocuments;
  readonly observe: (record: RequestRecord) => void;
  readonly log: Logger;
  readonly bodyBytes: number;
}

const parametersSchema = z.looseObject({
  query: z.string().nullish(),
  documentId: z.string().nullish(),
  extensions: z.record(z.string(), z.unknown()).nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});

/** `POST /graphql`, and `GET` for queries. Whatever is wrong with a request in form is said before Apollo sees it. */
export function addGraphqlRoute(fastify: FastifyInstance, options: GraphqlRouteOptions): void {
  const { apollo, observe, log, bodyBytes } = options;
  const answer = fastifyApolloHandler(apollo, { context: (request) => Promise.resolve(callerOf(request)) });

  void fastify.register((scope, _settings, done) => {
    scope.removeContentTypeParser('text/plain');
    scope.setErrorHandler((error, request, reply) => sendError(error, { request, reply, log }));
    scope.addHook('onRequest', async (request, reply) => {
      identify(request, options.trustProxy);
      const release = options.overload.admit();
      if (!release) throw new DomainError('OVERLOADED', 'There is too much to do');
      reply.raw.once('close', release);
      await authenticate(request, options.authenticate);
    });
    scope.addHook('onResponse', (request, reply, next) => {
      const { record } = callerOf(request);
      record.status = reply.statusCode;
      observe(record);
      next();
    });
    scope.route({
      method: ['GET', 'POST'],
      url: graphqlPath,
      exposeHeadRoute: false,
      bodyLimit: bodyBytes,
      preHandler: (request, reply, next) => {
        reply.headers(admit(request, options));
        next();
      },
      handler: (request, reply) => {
        const { correlationId, record } = callerOf(request);
        return traceRequest(record, request.headers['traceparent'], async () =>
          runInContext({ correlationId, causationId: null, operationName: null }, () =>
            answer.call(scope, request, reply),
          ),
        );
      },
    });
    done();
  });
}

function identify(request: FastifyRequest, trustProxy: boolean): void {
  // The correlation id is in the answer's headers already; the same one must be in its errors.
  const correlationId = readCorrelationId(request.headers['x-correlation-id']);
  const address = addressOf(request.raw, trustProxy);
  const record = startRecord({ correlationId, transport: 'http' });
  setCaller(request, { actor: null, address, correlationId, record });
}

/** @throws {DomainError} UNAUTHENTICATED for a bad token; no token at all is an anonymous caller */
async function authenticate(request: FastifyRequest, actorOf: Authenticator): Promise<void> {
  const { authorization } = request.headers;
  if (authorization === undefined) return;
  const caller = callerOf(request);
  const actor = await actorOf(authorization, caller.address);
  caller.record.clientId = actor.clientId;
  setCaller(request, { ...caller, actor });
}

/** @returns headers for the answer */
function admit(
  request: FastifyRequest,
  { current, demand, persisted }: GraphqlRouteOptions,
): Readonly<Record<string, string>> {
  const parsed = parametersSchema.safeParse(request.method === 'GET' ? readQueryString(request) : request.body);
  if (!parsed.success) throw malformed('The request is not one GraphQL request in JSON');
  const { operationName } = parsed.data;
  const variables = parsed.data.variables ?? {};
  const caller = callerOf(request);
  const { source } = persisted.resolve(parsed.data, caller.actor);
  const generation = current();
  const prepared = generation.prepare({ source, variables, operationName: operationName ?? null });
  const headers = demand.admit(caller, generation.costOf(prepared, variables));
  // Apollo Server is given the text, whatever the document was named by. Of a GET it reads the address itself.
  if (request.method === 'POST') request.body = { query: source, variables, operationName };
  return headers;
}

function readQueryString({ query }: FastifyRequest): unknown {
  const parameters: Record<string, unknown> = { ...(query as Record<string, string | string[]>) };
  for (const name of ['variables', 'extensions'].filter((key) => parameters[key] !== undefined)) {
    try {
      parameters[name] = JSON.parse(String(parameters[name])) as unknown;
    } catch {
      throw malformed(`${name} is not JSON`);
    }
  }
  return parameters;
}

function malformed(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } });
}

const statusOfCode: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: 401,
  ADDRESS_NOT_ALLOWED: 403,
  WRONG_REGION: 403,
  RATE_LIMITED: 429,
  OVERLOADED: 503,
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
  if (code === 'OVERLOADED') reply.header('retry-after', '1');
  if (error instanceof RateLimitedError) reply.headers(error.headers);
  if (code === 'UNAUTHENTICATED') reply.header('www-authenticate', 'Bearer error="invalid_token"');
  const accepted = request.headers.accept?.includes('application/graphql-response+json');
  await reply
    .code(status ?? statusOfCode[code] ?? 400)
    .type(`application/${accepted ? 'graphql-response+json' : 'json'}; charset=utf-8`)
    .send(JSON.stringify({ errors: [withCorrelationId(masked, correlationId)] }));
}

function describe(error: unknown): { status?: number; graphqlError: GraphQLError } {
  if (error instanceof PersistedDocumentError) return { status: error.status, graphqlError: error };
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
