import { ApolloServer, type ApolloServerOptionsWithGateway, type BaseContext } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import { fastify as createFastify, type FastifyInstance, type FastifyRequest } from 'fastify';
import { GraphQLError, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';
import { type Actor, type InternalKeys, verifyActorContext } from '#shared/auth';
import { newCorrelationId } from '#shared/context';
import { DomainError, UnauthenticatedError } from '#shared/errors';
import { type PlatformEvent } from '#shared/events';
import { type Logger } from '#shared/logging';
import { type RegionWall } from '#shared/region';
import { mountRoutes } from './http-route';
import { type RunningSubgraph } from './start-subgraph';
import { type SubgraphRequest } from './subgraph';

export interface ServeOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Who may ask: the gateway, by its signature. */
  readonly internalKeys: InternalKeys;
  readonly region: RegionWall;
  readonly log: Logger;
}

export interface ServedSubgraph {
  readonly url: string;
  /** Takes nothing new and finishes what has begun. */
  close(): Promise<void>;
}

interface Asked {
  readonly actor: Actor | null;
  readonly correlationId: string;
  readonly event: PlatformEvent | null;
  readonly consents?: SubgraphRequest['consents'];
  readonly traceparent?: string;
}

/** Serves a subgraph over HTTP by Apollo Server: `/graphql` for the gateway alone, health, and the subgraph's own routes. */
export async function serveSubgraph(running: RunningSubgraph, options: ServeOptions): Promise<ServedSubgraph> {
  const { host, port, log } = options;
  const apollo = createApollo(running, log);
  await apollo.start();
  const server = createFastify({
    http: { headersTimeout: 8_000, connectionsCheckingInterval: 1_000 },
    requestTimeout: 10_000,
  });
  const drain = { started: false };
  server.setErrorHandler((error, _request, reply) => {
    const status = error instanceof UnauthenticatedError ? 401 : 400;
    const { code, message } =
      error instanceof DomainError ? error : { code: 'BAD_REQUEST', message: 'The request is malformed' };
    reply.code(status).send({ errors: [{ message, extensions: { code } }] });
  });
  server.post(
    '/graphql',
    { preHandler: authenticate(running.name, options.internalKeys) },
    fastifyApolloHandler(apollo, {
      context: (request) => Promise.resolve(askedBy(request)),
    }),
  );
  addHealth(server, running, drain);
  mountRoutes(server, running.routes, options.region);
  const url = await server.listen({ host, port });
  return {
    url,
    close: async () => {
      drain.started = true;
      await server.close();
      await apollo.stop();
    },
  };
}

const actors = new WeakMap<FastifyRequest, Actor | null>();

/** Only the gateway's signature opens `/graphql`: whoever reaches the port by another way gets 401. */
function authenticate(name: string, keys: InternalKeys): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    const context = request.headers['x-actor-context'];
    if (typeof context !== 'string') throw new UnauthenticatedError('Only the gateway may ask');
    const { actor, signedBy } = await verifyActorContext(keys, context, name);
    if (signedBy !== 'gateway') throw new UnauthenticatedError('Only the gateway may ask');
    actors.set(request, actor);
  };
}

function askedBy(request: FastifyRequest): Asked {
  const { extensions } = request.body as { extensions?: Pick<SubgraphRequest, 'consents'> & { event?: PlatformEvent } };
  const { 'x-correlation-id': correlationId, traceparent } = request.headers;
  return {
    actor: actors.get(request) ?? null,
    correlationId: typeof correlationId === 'string' ? correlationId : newCorrelationId(),
    event: extensions?.event ?? null,
    ...(extensions?.consents && { consents: extensions.consents }),
    ...(typeof traceparent === 'string' && { traceparent }),
  };
}

type ApolloGateway = ApolloServerOptionsWithGateway<BaseContext>['gateway'];

/** Apollo Server reads and writes the wire; the subgraph's own executor runs the operation, as it does in process. */
function createApollo(running: RunningSubgraph, log: Logger): ApolloServer<Asked> {
  return new ApolloServer<Asked>({
    gateway: gatewayOf(running, running.schema),
    introspection: true,
    includeStacktraceInErrorResponses: false,
    persistedQueries: false,
    csrfPrevention: false,
    stopOnTerminationSignals: false,
    nodeEnv: 'production',
    logger: {
      debug: quiet,
      info: quiet,
      warn: quiet,
      error: (message) => {
        log.error({}, String(message));
      },
    },
    plugins: [ApolloServerPluginLandingPageDisabled(), ApolloServerPluginCacheControlDisabled()],
  });
}

function quiet(): void {
  // Apollo's notices concern its own products.
}

function gatewayOf(running: RunningSubgraph, schema: GraphQLSchema): ApolloGateway {
  let notify: Parameters<ApolloGateway['onSchemaLoadOrUpdate']>[0] | null = null;
  return {
    onSchemaLoadOrUpdate: (callback) => {
      notify = callback;
      return () => {
        notify = null;
      };
    },
    load: () => {
      notify?.({ apiSchema: schema, coreSupergraphSdl: '' });
      return Promise.resolve({
        executor: async ({ request, context }) => {
          const { query = '', variables, operationName } = request;
          const asked = context as Asked;
          const answer = await running.execute({
            query,
            variables: variables ?? {},
            operationName: operationName ?? null,
            ...asked,
          });
          return { ...answer, ...(answer.errors && { errors: answer.errors.map(errorOf) }) } as never;
        },
      });
    },
    stop: () => Promise.resolve(),
  };
}

/** Apollo Server says "Unexpected error value" of whatever is not an instance, and forgets its code. */
function errorOf({ message, path, extensions }: GraphQLFormattedError): GraphQLError {
  return new GraphQLError(message, { ...(path && { path }), ...(extensions && { extensions }) });
}

function addHealth(server: FastifyInstance, running: RunningSubgraph, drain: { started: boolean }): void {
  server.get('/health/live', () => ({ status: 'alive' }));
  server.get('/health/ready', async (_request, reply) => {
    if (drain.started) return reply.code(503).send({ status: 'draining' });
    try {
      await running.ping();
      return { status: 'ready', events: await running.lag() };
    } catch {
      return reply.code(503).send({ status: 'unavailable' }); // the log of the database layer says why
    }
  });
}
