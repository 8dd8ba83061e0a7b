import { setTimeout as pause } from 'node:timers/promises';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { type ApolloServer } from '@apollo/server';
import { fastify as createFastify, type FastifyInstance } from 'fastify';
import { type Logger, unredacted } from '#shared/logging';
import { type AdminDoor, addAdminRoutes, carryCookie } from '../admin';
import { assertModeFits, carefulEvaluator } from '../authorize';
import { type ConsentDecisions, openConsent } from '../consent';
import { ConnectionDrain } from '../drain';
import { RateLimiter } from '#shared/rate-limits';
import { CallerRates, Demand, DocumentGuard } from '../limits';
import { Metrics, type RequestRecord, finishRequest } from '../observability';
import { type AuthorizationConfig } from '../operations';
import { OverloadGuard } from '../overload';
import { PersistedDocuments } from '../persisted';
import { RefusalLog } from '../refusals';
import { RevocationWatch, everyTokenStands, graphqlRevocationSource } from '../revocation';
import { type LoadedSupergraph } from '../supergraph';
import { type Subgraphs, connectSubgraphs } from '../transport';
import { openAdminDoor } from './admin';
import { createApollo } from './apollo';
import { type Authenticator, createAuthenticator } from './authenticator';
import { BrowserPolicy } from './browser-policy';
import { type Caller, readCorrelationId } from './caller';
import { type GatewayConfig, type GatewayOptions } from './gateway-options';
import { Generation } from './generation';
import { graphqlHttp } from './graphql-http';
import { GraphqlPipeline } from './graphql-pipeline';
import { addGraphqlRoute, graphqlPath } from './graphql-route';
import { addHealthRoutes } from './health';
import { LiveOperations } from './live-operations';
import { serveTools } from './tools';

/** Node's defaults let a client that sends one byte at a time hold a connection for a minute and more. */
const http = { headersTimeout: 8_000, connectionsCheckingInterval: 1_000, maxHeaderSize: 16_384 };
const requestTimeout = 10_000;

export interface Gateway {
  /** For further routes on the same port, added before `listen`. */
  readonly fastify: FastifyInstance;
  /** Where it listens, e.g. `http://127.0.0.1:4000`. @throws before `listen` */
  readonly url: string;
  listen(): Promise<string>;
  /** New requests run in this supergraph; what has begun ends in its own. */
  reload(supergraph: LoadedSupergraph): void;
  /** Finishes what has begun, takes nothing new, says goodbye to sockets. */
  close(): Promise<void>;
}

export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { config, log } = options;
  let phase: 'open' | 'draining' = 'open';
  const parts = assemble(options);
  const { consent, fastify, live, metrics, subgraphs } = parts;
  fastify.addHook('onRequest', (request, reply, next) => {
    const correlationId = readCorrelationId(request.headers['x-correlation-id']);
    request.headers['x-correlation-id'] = correlationId;
    reply.header('x-correlation-id', correlationId);
    next();
  });
  parts.browserPolicy.applyTo(fastify);
  addHealthRoutes(fastify, {
    subgraphs,
    metrics,
    deadlineMs: config.readinessDeadlineMs,
    isDraining: () => phase === 'draining',
    token: config.metricsToken,
  });
  const apollo = await serveApollo(options, parts);
  if (parts.admin) addAdminRoutes(fastify, parts.admin, log);
  if (options.persisted) {
    serveTools(fastify, { ...parts, current: () => parts.generation, config });
  }
  watchState(parts);
  live.listen(fastify.server, graphqlPath);
  const connections = new ConnectionDrain(fastify.server);

  return {
    fastify,
    get url() {
      return urlOf(fastify, config);
    },
    listen: async () => {
      await fastify.listen({ host: config.host, port: config.port });
      return urlOf(fastify, config);
    },
    reload: (supergraph) => {
      parts.generation = parts.generationOf(supergraph);
      live.supersede(parts.generation);
      log.info({ supergraph: supergraph.hash.slice(0, 12) }, 'A new supergraph is served');
    },
    close: async () => {
      phase = 'draining';
      await pause(config.drain.delayMs);
      await Promise.all([live.close(), connections.drain(config.drain)]);
      await fastify.close();
      live.stop();
      consent.stop();
      await parts.refusals?.close();
      parts.revocations?.stop();
      await apollo?.stop();
      await Promise.all([subgraphs.close(), parts.rateLimiter.close(), options.admin?.sessions.close()]);
    },
  };
}

interface Parts {
  readonly admin: AdminDoor | null;
  readonly authenticate: Authenticator;
  readonly browserPolicy: BrowserPolicy;
  readonly consent: ConsentDecisions;
  readonly demand: Demand;
  readonly fastify: FastifyInstance;
  readonly generationOf: (supergraph: LoadedSupergraph) => Generation;
  /** What new requests run in. */
  generation: Generation;
  readonly guard: DocumentGuard;
  readonly live: LiveOperations;
  readonly metrics: Metrics;
  readonly observe: (record: RequestRecord) => void;
  readonly overload: OverloadGuard;
  readonly persisted: PersistedDocuments;
  readonly pipeline: GraphqlPipeline;
  readonly rateLimiter: RateLimiter;
  /** Null when nobody is told of any. */
  readonly refusals: RefusalLog | null;
  /** Null when nobody tells of any. */
  readonly revocations: RevocationWatch | null;
  readonly subgraphs: Subgraphs;
}

/** What is not counted request by request. */
function watchState(parts: Parts): void {
  const { metrics, overload } = parts;
  metrics.watch('gateway_prepared_operations', 'Operations that are kept prepared', () => {
    return parts.generation.operations.preparedCount;
  });
  metrics.watch('gateway_requests_in_flight', 'Requests that are being answered', () => overload.inFlight);
  const { revocations } = parts;
  if (revocations)
    metrics.watch('gateway_revocations', 'Revocations that tokens are checked against', () => revocations.size);
  // Nothing else tells of them: a line of the log for each would be work at the wrong time.
  metrics.watchTotal('gateway_shed_requests_total', 'Requests refused with 503 for overload', () => overload.refused);
}

function authorizationOf({ config, evaluatePolicies, log }: GatewayOptions): AuthorizationConfig {
  assertModeFits(config.authorizationMode, config.host);
  return { mode: config.authorizationMode, evaluatePolicies: carefulEvaluator(evaluatePolicies, log) };
}

function assemble(options: GatewayOptions): Parts {
  const { log, config } = options;
  const metrics = new Metrics(options.registry);
  const subgraphs = openSubgraphs(options, metrics);
  const refusals = openRefusals(options, subgraphs);
  const consent = consentOf(options, subgraphs, refusals);
  const guard = new DocumentGuard(config.limits);
  const common = { subgraphs, consent, guard, authorization: authorizationOf(options) };
  const generationOf = (supergraph: LoadedSupergraph): Generation => new Generation({ supergraph, ...common });
  const revocations = watchRevocations(options, subgraphs);
  const standing = revocations ?? everyTokenStands;
  const authenticate = createAuthenticator({ ...options, standing });
  const { introspection, queryPlanScope, trustProxy } = config;
  const browserPolicy = browserPolicyOf(config);
  const generation = generationOf(options.supergraph);
  const persisted = options.persisted ?? withoutManifest();
  const { demand, overload, rateLimiter } = openDefence(options);
  const current = (): Generation => parts.generation;
  const pipeline = new GraphqlPipeline({ current, introspection, persisted, demand, queryPlanScope, log, refusals });
  const observe = observer(metrics, log);
  const serving = { authenticate, current, demand, metrics, observe, persisted, standing, subgraphs };
  const live = new LiveOperations({ ...options, ...serving });
  const answer = graphqlHttp({
    pipeline,
    live,
    authenticate,
    browserPolicy,
    demand,
    overload,
    trustProxy,
    bodyBytes: config.limits.bodyBytes,
    batch: config.limits.batch,
    log,
    observe,
  });
  const admin = openAdminDoor(options, { authenticate, current });
  const fastify = openHttp(config, { answer: options.apolloPlugins ? null : answer, admin, log });
  const parts: Parts = {
    admin,
    authenticate,
    browserPolicy,
    consent,
    demand,
    fastify,
    generation,
    generationOf,
    guard,
    live,
    metrics,
    observe,
    overload,
    persisted,
    pipeline,
    rateLimiter,
    refusals,
    revocations,
    subgraphs,
  };
  return parts;
}

function browserPolicyOf({ allowedOrigins, trustProxy }: GatewayConfig): BrowserPolicy {
  return new BrowserPolicy({ trustProxy, isAllowedOrigin: (origin) => allowedOrigins.includes(origin) });
}

function consentOf(
  { consent, events, log }: GatewayOptions,
  subgraphs: Subgraphs,
  refusals: RefusalLog | null,
): ConsentDecisions {
  const onRefused = refusals?.noteConsent.bind(refusals);
  return openConsent({ config: consent ?? null, subgraphs, events, log, ...(onRefused && { onRefused }) });
}

function openRefusals({ refusals: config, log }: GatewayOptions, subgraphs: Subgraphs): RefusalLog | null {
  return config ? new RefusalLog({ config, subgraphs, log }) : null;
}

function watchRevocations(
  { revocation, region, events, config, log }: GatewayOptions,
  subgraphs: Subgraphs,
): RevocationWatch | null {
  if (!revocation) return null;
  if (!region) throw new Error('A gateway that asks which tokens are revoked serves one region');
  const source = graphqlRevocationSource(revocation, { subgraphs, region: region.region });
  return new RevocationWatch({ source, events, log, ...config.revocation });
}

function openSubgraphs({ transports, config, log }: GatewayOptions, metrics: Metrics): Subgraphs {
  const observe = metrics.observeFetch.bind(metrics);
  return connectSubgraphs({ transports, deadlineMs: config.subgraphDeadlineMs, log, observe });
}

function openDefence({
  config,
  rateCounters,
  log,
}: GatewayOptions): Pick<Parts, 'demand' | 'overload' | 'rateLimiter'> {
  const rateLimiter = new RateLimiter({ log, ...(rateCounters && { counters: rateCounters }) });
  const rates = config.rateLimits && new CallerRates(config.rateLimits, rateLimiter);
  return { demand: new Demand(config.limits, rates), overload: new OverloadGuard(config.overload), rateLimiter };
}

type HttpHandler = (request: IncomingMessage, response: ServerResponse) => void;

interface HttpHandlers {
  /** Takes the requests for GraphQL; null leaves them to the web framework as well. */
  readonly answer: HttpHandler | null;
  readonly admin: AdminDoor | null;
  readonly log: Logger;
}

function openHttp({ trustProxy, limits }: GatewayConfig, { answer, admin, log }: HttpHandlers): FastifyInstance {
  return createFastify({
    requestTimeout,
    trustProxy,
    bodyLimit: limits.bodyBytes,
    serverFactory: (handler) => {
      const answerGraphql = answer ?? handler;
      const graphql = admin ? carryCookie(admin, answerGraphql, log) : answerGraphql;
      return createServer({ ...http, requestTimeout }, (request, response) => {
        if (isGraphql(request)) graphql(request, response);
        else handler(request, response);
      });
    },
  });
}

function withoutManifest(): PersistedDocuments {
  return new PersistedDocuments({ only: 'off', clients: new Set(), automaticLength: 0, count: () => undefined });
}

/** Preflight requests are the web framework's. */
function isGraphql({ url = '', method }: IncomingMessage): boolean {
  if (!url.startsWith(graphqlPath) || method === 'OPTIONS') return false;
  return url.length === graphqlPath.length || url[graphqlPath.length] === '?';
}

function observer(metrics: Metrics, log: Logger): (record: RequestRecord) => void {
  const accessLog = unredacted(log);
  return (record) => {
    finishRequest(record, { metrics, log: accessLog });
  };
}

/** For those who bring plugins of Apollo Server: their requests go through it, to the same executor. */
async function serveApollo(
  { apolloPlugins, config, log }: GatewayOptions,
  parts: Parts,
): Promise<ApolloServer<Caller> | null> {
  if (!apolloPlugins) return null;
  const { authenticate, demand, fastify, observe, overload, persisted } = parts;
  const { introspection, limits, trustProxy } = config;
  const current = (): Generation => parts.generation;
  const apollo = createApollo({ current, introspection, log, plugins: apolloPlugins });
  await apollo.start();
  const checks = { authenticate, current, demand, overload, persisted, trustProxy, bodyBytes: limits.bodyBytes };
  addGraphqlRoute(fastify, { apollo, ...checks, observe, log });
  return apollo;
}

function urlOf(fastify: FastifyInstance, { host }: GatewayConfig): string {
  const address = fastify.server.address();
  if (address === null || typeof address === 'string') throw new Error('The gateway does not listen');
  return `http://${host.includes(':') ? `[${host}]` : host}:${String(address.port)}`;
}
