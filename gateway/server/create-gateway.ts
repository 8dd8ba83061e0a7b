import { fastify as createFastify, type FastifyInstance } from 'fastify';
import { GraphQLError, type GraphQLFormattedError, validate } from 'graphql';
import { newCorrelationId } from '#shared/context';
import { maskError } from '#shared/errors';
import { BoundedCache } from '../cache';
import { stockExecutor } from '../executor';
import { DocumentGuard } from '../limits';
import { Operations, type PreparedOperation } from '../operations';
import { type SocketServer, SubscriptionEngine, serveSockets } from '../subscriptions';
import { connectSubgraphs } from '../transport';
import { createApollo, withCorrelationId } from './apollo';
import { type Authenticator, createAuthenticator } from './authenticator';
import { applyBrowserPolicy } from './browser-policy';
import { addGraphqlRoute, graphqlPath } from './graphql-route';
import { type GatewayConfig, type GatewayOptions } from './gateway-options';
import { addHealthRoutes } from './health';
import { Metrics } from './metrics';
import { readCorrelationId } from './caller';

const validatedDocuments = 1_000;
/** Node's defaults let a client that sends one byte at a time hold a connection for a minute and more. */
const http = { headersTimeout: 8_000, connectionsCheckingInterval: 1_000, maxHeaderSize: 16_384 };
const requestTimeout = 10_000;

export interface Gateway {
  /** For further routes on the same port, added before `listen`. */
  readonly fastify: FastifyInstance;
  /** Where it listens, e.g. `http://127.0.0.1:4000`. @throws before `listen` */
  readonly url: string;
  listen(): Promise<string>;
  /** Finishes what has begun, takes nothing new, says goodbye to sockets. */
  close(): Promise<void>;
}

export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const parts = assemble(options);
  const { apollo, engine, fastify, metrics, subgraphs, authenticate, guard } = parts;
  const { config, log } = options;
  let phase: 'open' | 'draining' = 'open';
  await apollo.start();
  const isAllowedOrigin = (origin: string): boolean => config.allowedOrigins.includes(origin);
  fastify.addHook('onRequest', (request, reply, next) => {
    const correlationId = readCorrelationId(request.headers['x-correlation-id']);
    request.headers['x-correlation-id'] = correlationId;
    reply.header('x-correlation-id', correlationId);
    next();
  });
  applyBrowserPolicy(fastify, isAllowedOrigin);
  addHealthRoutes(fastify, {
    subgraphs,
    metrics,
    deadlineMs: config.readinessDeadlineMs,
    isDraining: () => phase === 'draining',
  });
  addGraphqlRoute(fastify, { apollo, authenticate, guard, metrics, log, bodyBytes: config.limits.bodyBytes });
  const sockets = openSockets(options, parts, isAllowedOrigin);

  return {
    fastify,
    get url() {
      return urlOf(fastify, config);
    },
    listen: async () => {
      await fastify.listen({ host: config.host, port: config.port });
      return urlOf(fastify, config);
    },
    close: async () => {
      phase = 'draining';
      await Promise.all([sockets.close(), fastify.close()]);
      engine.stop();
      await apollo.stop();
      await subgraphs.close();
    },
  };
}

interface Parts {
  readonly apollo: ReturnType<typeof createApollo>;
  readonly authenticate: Authenticator;
  readonly engine: SubscriptionEngine;
  readonly fastify: FastifyInstance;
  readonly guard: DocumentGuard;
  readonly metrics: Metrics;
  readonly operations: Operations;
  readonly subgraphs: ReturnType<typeof connectSubgraphs>;
}

function assemble(options: GatewayOptions): Parts {
  const { supergraph, transports, events, log, config } = options;
  const metrics = new Metrics(options.registry);
  const subgraphs = connectSubgraphs({
    transports,
    deadlineMs: config.subgraphDeadlineMs,
    log,
    observe: metrics.observeFetch.bind(metrics),
  });
  const operations = new Operations(supergraph, stockExecutor({ supergraph, subgraphs, log }));
  return {
    apollo: createApollo({ supergraph, operations, introspection: config.introspection, metrics, log }),
    authenticate: createAuthenticator(options),
    engine: new SubscriptionEngine({
      supergraph,
      operations,
      subgraphs,
      events,
      queuedEvents: config.subscriptionLimits.queuedEvents,
      countSubscriptions: metrics.countSubscriptions.bind(metrics),
    }),
    fastify: createFastify({ http, requestTimeout, trustProxy: config.trustProxy, bodyLimit: config.limits.bodyBytes }),
    guard: new DocumentGuard(config.limits),
    metrics,
    operations,
    subgraphs,
  };
}

function openSockets(
  { supergraph, config, log }: GatewayOptions,
  { authenticate, engine, fastify, guard, operations }: Parts,
  isAllowedOrigin: (origin: string) => boolean,
): SocketServer {
  const validated = new BoundedCache<string, PreparedOperation>(validatedDocuments);
  return serveSockets({
    server: fastify.server,
    path: graphqlPath,
    engine,
    limits: config.subscriptionLimits,
    authenticate,
    isAllowedOrigin,
    prepare: ({ query, variables, operationName }) => {
      const document = guard.admit(query, variables);
      return validated.getOrMake(`${operationName ?? ''}\n${query}`, () => {
        const [invalid] = validate(supergraph.schema, document, undefined, { maxErrors: 1 });
        if (invalid) throw invalidDocument(invalid);
        return operations.prepare(query, document, operationName);
      });
    },
    formatError: (error): GraphQLFormattedError => {
      const correlationId = newCorrelationId();
      const masked = maskError(error.toJSON());
      if (masked.extensions?.['code'] === 'INTERNAL_SERVER_ERROR') {
        log.error({ err: error.originalError ?? error, correlationId }, 'A subscription failed unexpectedly');
      }
      return withCorrelationId(masked, correlationId);
    },
  });
}

function invalidDocument(error: GraphQLError): GraphQLError {
  return new GraphQLError(error.message, { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
}

function urlOf(fastify: FastifyInstance, { host }: GatewayConfig): string {
  const address = fastify.server.address();
  if (address === null || typeof address === 'string') throw new Error('The gateway does not listen');
  return `http://${host.includes(':') ? `[${host}]` : host}:${String(address.port)}`;
}
