import { Counter, Registry, collectDefaultMetrics } from 'prom-client';
import { ConfigError } from '#shared/config';
import { contextFields } from '#shared/context';
import { createLogger, type Logger } from '#shared/logging';
import { type SharedCounters } from '#shared/rate-limits';
import { RegionWall } from '#shared/region';
import { startTracing } from '#shared/tracing';
import { type ExpiringStore, memoryStore } from '#shared/expiring-store';
import { readAdminConfig } from './admin';
import { type GatewayEnvironment, readGatewayEnvironment, urlKeyOf } from './config';
import { readConsentConfig } from './consent';
import { demandConfig } from './demand-settings';
import { followFiles } from './follow-files';
import { assertCallersAreKnown, readKnownCallers } from './known-callers';
import { PersistedDocuments } from './persisted';
import { readRefusalConfig } from './refusals';
import { readRevocationConfig } from './revocation';
import { RemoteSubgraphs } from './remote-subgraphs';
import { createGateway, defaultGatewayConfig, type Gateway, type GatewayConfig } from './server';
import { type EventTail } from './subscriptions';
import { type SupergraphSource, composedFile, loadSupergraph, roverConfig } from './supergraph';
import { httpTransport } from './transport';

/** Documents that callers have registered by themselves, all together, in UTF-16 units. */
const automaticLength = 8 * 1024 * 1024;

interface OpenedEvents {
  readonly tail: EventTail;
  /** Where the gateways of the platform add up what callers spend; closed with the gateway as well. */
  readonly counters?: SharedCounters;
  /** Where the gateways of the platform keep the sessions of staff; closed with the gateway as well. */
  readonly sessions?: () => ExpiringStore;
  readonly close: () => Promise<void>;
}

/** Opens the event source of a gateway of its own; what it opens is closed with the gateway. */
export type OpenEvents = (environment: GatewayEnvironment, log: Logger) => OpenedEvents;

/**
 * Starts a gateway by itself, in front of subgraphs that it reaches over HTTP. It follows the files that its supergraph
 * and its persisted operations come from; SIGHUP makes it read them at once.
 * @throws {ConfigError | SupergraphError | ManifestError} when it cannot serve what it is told to
 */
export async function startGateway(openEvents: OpenEvents, settings = readGatewayEnvironment()): Promise<Gateway> {
  const log = createLogger(settings.LOG_LEVEL, process.stderr, contextFields);
  const tracing = await startTracing({ service: 'gateway', settings, log });
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const source = sourceOf(settings);
  const supergraph = loadSupergraph(await source.read());
  assertCallersAreKnown(supergraph, settings);
  const { contexts, ...callers } = readKnownCallers(settings);
  const subgraphs = remoteSubgraphs(settings, contexts);
  subgraphs.follow(supergraph);
  const persisted = openPersisted(settings, registry);
  const names = supergraph.subgraphs.map(({ name }) => name);
  const consent = readConsentConfig(settings.CONSENT_CONFIG, names);
  const revocation = readRevocationConfig(settings.REVOCATION_CONFIG, names);
  const admin = readAdminConfig(settings);
  // Events are heard for subscriptions, and to learn that a consent has changed or a token is revoked; sessions are kept
  // beside them. Without any of these there is no need of them.
  const needing = [supergraph.schema.getSubscriptionType(), consent, revocation, admin];
  const events = needing.some((one) => one != null) ? openEvents(settings, log) : noEvents;
  const closeAll = async (): Promise<void> => {
    await Promise.all([events.close(), subgraphs.closeRetired(), tracing.stop()]);
  };
  const gateway = await createGateway({
    supergraph,
    transports: subgraphs,
    ...callers,
    region: regionOf(settings),
    events: events.tail,
    ...(events.counters && { rateCounters: events.counters }),
    consent,
    revocation,
    refusals: readRefusalConfig(settings.REFUSAL_CONFIG, names),
    persisted,
    admin: admin && { config: admin, sessions: sessionsOf(events) },
    log,
    registry,
    config: configOf(settings),
  });
  gateway.fastify.addHook('onClose', closeAll);
  try {
    const files = followFiles({ gateway, settings, source, supergraph, subgraphs, persisted, registry, log });
    gateway.fastify.addHook('onClose', () => files.close());
    log.info({ url: await gateway.listen() }, 'The gateway listens');
  } catch (error) {
    // What is open would keep a process alive that serves nothing.
    await gateway.close();
    throw error;
  }
  return gateway;
}

function regionOf({ REGION, REGION_URLS }: GatewayEnvironment): RegionWall | null {
  return REGION === undefined ? null : new RegionWall(REGION, REGION_URLS);
}

function sessionsOf({ sessions = memoryStore }: OpenedEvents): ExpiringStore {
  return sessions();
}

const noEvents: OpenedEvents = {
  tail: { subscribe: () => () => undefined },
  close: () => Promise.resolve(),
};

function sourceOf({
  SUPERGRAPH_FILE,
  SUPERGRAPH_CONFIG,
  subgraphs,
  subgraphUrls,
}: GatewayEnvironment): SupergraphSource {
  if (SUPERGRAPH_FILE !== undefined) return composedFile(SUPERGRAPH_FILE);
  return roverConfig(SUPERGRAPH_CONFIG, { urls: subgraphUrls, ...(subgraphs && { only: subgraphs }) });
}

function remoteSubgraphs(
  { subgraphUrls, SUBGRAPH_DEADLINE_MS: deadlineMs, SUBGRAPH_PIPELINING: pipelining }: GatewayEnvironment,
  contexts: ReturnType<typeof readKnownCallers>['contexts'],
): RemoteSubgraphs {
  return new RemoteSubgraphs({
    connect: ({ name, url }) => httpTransport({ name, url, contexts, deadlineMs, pipelining }),
    urlOf: ({ name, url: own }) => {
      const key = urlKeyOf(name);
      const url = subgraphUrls.get(key) ?? own;
      if (/^(https?|unix):/.test(url) && URL.canParse(url)) return url;
      throw new ConfigError(`The supergraph has no address for ${name}: set SUBGRAPH_URL_${key.toUpperCase()}`);
    },
  });
}

function openPersisted(settings: GatewayEnvironment, registry: Registry): PersistedDocuments {
  const documents = new Counter({
    name: 'gateway_persisted_documents_total',
    help: 'Requests that named a document instead of sending it, by what became of them',
    labelNames: ['outcome'],
    registers: [registry],
  });
  return new PersistedDocuments({
    only: settings.PERSISTED_ONLY,
    clients: settings.persistedOnlyClients,
    automaticLength: settings.AUTOMATIC_PERSISTED ? automaticLength : 0,
    count: (outcome) => {
      documents.inc({ outcome });
    },
  });
}

function configOf(settings: GatewayEnvironment): GatewayConfig {
  return {
    ...defaultGatewayConfig,
    host: settings.HOST,
    port: settings.PORT,
    introspection: settings.INTROSPECTION,
    authorizationMode: settings.AUTHORIZATION_MODE,
    allowedOrigins: settings.allowedOrigins,
    subgraphDeadlineMs: settings.SUBGRAPH_DEADLINE_MS,
    trustProxy: settings.TRUST_PROXY,
    metricsToken: settings.METRICS_TOKEN ?? null,
    queryPlanScope: settings.QUERY_PLAN_SCOPE,
    drain: {
      ...defaultGatewayConfig.drain,
      delayMs: settings.DRAIN_DELAY_MS,
      graceMs: settings.DRAIN_GRACE_MS,
    },
    revocation: { ...defaultGatewayConfig.revocation, blindMs: settings.REVOCATION_BLIND_SECONDS * 1_000 },
    ...demandConfig(settings),
  };
}
