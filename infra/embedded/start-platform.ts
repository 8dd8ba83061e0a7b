import { type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { createTokenVerifier, generateInternalKeys, type VerifiedActorContext, verifyActorContext } from '#shared/auth';
import { contextFields } from '#shared/context';
import { localKeyProvider } from '#shared/crypto';
import { type EventTransport, inProcessTransport as inProcessEvents } from '#shared/events';
import { memoryStore } from '#shared/expiring-store';
import { createLogger, type Logger } from '#shared/logging';
import { createMail } from '#shared/mail';
import { cloudRegions, RegionWall } from '#shared/region';
import { createObjectStore, createS3Subset, type ObjectStore } from '#shared/storage';
import { mountRoutes, startSubgraph, type HttpRoute, type Platform, type RunningSubgraph } from '#shared/subgraph';
import { startTracing } from '#shared/tracing';
import {
  composeSupergraph,
  createGateway,
  defaultGatewayConfig,
  demandConfig,
  inProcessTransport,
  loadSupergraph,
  PersistedDocuments,
  readAdminConfig,
  readConsentConfig,
  readRefusalConfig,
  readRevocationConfig,
  tailOf,
  type Gateway,
} from '../../gateway';
import { mailboxRoute } from '../mailbox.route';
import { startSimulators, type Simulators } from '../simulators/start-simulators';
import { chooseSubgraphs, loadSubgraph } from '../subgraphs';
import { type EmbeddedConfig } from './config';
import { readSecrets, type EmbeddedSecrets } from './secrets';

const maxUploadBytes = 25_000_000;
const objectsPath = '/objects';
/** Of all remembered documents together, in UTF-16 units. */
const automaticLength = 8 * 1024 * 1024;

/** The whole platform in this process. */
export interface EmbeddedPlatform {
  readonly url: string;
  readonly running: readonly RunningSubgraph[];
  readonly gateway: Gateway;
  readonly log: Logger;
  /** Finishes what has begun and closes everything. */
  stop(): Promise<void>;
}

/**
 * Starts the subgraphs, the gateway, the object store and the provider simulators on one port and one folder.
 * @throws what went wrong, after closing what had been started
 */
export async function startPlatform(config: EmbeddedConfig, environment: NodeJS.ProcessEnv): Promise<EmbeddedPlatform> {
  const log = createLogger(config.LOG_LEVEL, process.stderr, contextFields);
  const closers: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    return await assemble({ config, environment, log, closers, stop });
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Assembly {
  readonly config: EmbeddedConfig;
  readonly environment: NodeJS.ProcessEnv;
  readonly log: Logger;
  readonly closers: (() => Promise<void>)[];
  readonly stop: () => Promise<void>;
}

async function assemble({ config, environment, log, closers, stop }: Assembly): Promise<EmbeddedPlatform> {
  const region = new RegionWall(config.REGION, config.REGION_URLS);
  const tracing = await startTracing({ service: 'sa-platform', settings: config, log });
  closers.push(() => tracing.stop());
  const baseUrl = `http://${config.HOST}:${String(config.PORT)}`;
  const issuer = config.TOKEN_ISSUER ?? baseUrl;
  // These two say whose they are, so they come before anything that writes.
  const keyProvider = localKeyProvider(join(config.DATA_DIR, 'keys', 'kek'), region.region);
  const secrets = readSecrets(config.DATA_DIR);
  const objects = objectsRoute(config, { region, secrets, log });
  const events = inProcessEvents();
  const simulators = await startSimulators({
    directory: config.DATA_DIR,
    webhookUrl: `${baseUrl}/v1/callbacks/payments`,
    secrets,
  });
  closers.push(() => simulators.close());
  const names = [...chooseSubgraphs(config.SUPERGRAPH_CONFIG, config.SUBGRAPHS).keys()];
  const internal = generateInternalKeys(['gateway', ...names.map((name) => `service:${name}`)]);
  const platform: Platform = {
    environment: {
      ...simulatorSettings(simulators, secrets),
      ...environment,
      TOKEN_ISSUER: issuer,
      TOKEN_AUDIENCE: config.TOKEN_AUDIENCE,
    },
    log,
    region,
    connection: { kind: 'sqlite', directory: join(config.DATA_DIR, 'databases') },
    keyProvider,
    transport: events,
    storage: objectStore(baseUrl, secrets, region),
    mail: createMail(environment),
    signerOf: (name) => required(internal.signers.get(`service:${name}`)),
    supergraphUrl: () => `${baseUrl}/graphql`,
    publicUrlOf: () => baseUrl,
    hasAuditIndex: true,
  };
  const running: RunningSubgraph[] = [];
  for (const name of names) {
    const started = await startSubgraph(await loadSubgraph(name), platform);
    closers.push(() => started.stop());
    running.push(started);
  }
  const verifyService = (token: string): Promise<VerifiedActorContext> =>
    verifyActorContext(internal.keys, token, 'gateway');
  const gateway = await openGateway({ config, region, issuer, log, running, events, verifyService });
  closers.push(
    () => events.close(),
    () => gateway.close(),
  );
  const ownRoutes = [objects, mailboxRoute(platform.mail.mailbox)];
  mountRoutes(gateway.fastify, [...running.flatMap(({ routes }) => routes), ...ownRoutes], region);
  const url = await gateway.listen();
  await platform.storage.ensureBucket();
  for (const { begin } of running) begin();
  return { url, running, gateway, log, stop };
}

interface GatewayParts extends Pick<Assembly, 'config' | 'log'> {
  readonly region: RegionWall;
  readonly issuer: string;
  readonly running: readonly RunningSubgraph[];
  readonly events: EventTransport;
  readonly verifyService: (token: string) => Promise<VerifiedActorContext>;
}

/** The gateway over the subgraphs of this process: no network between them. */
function openGateway({ config, region, issuer, log, running, events, verifyService }: GatewayParts): Promise<Gateway> {
  const names = running.map(({ name }) => name);
  const admin = readAdminConfig(config);
  const services = running.map(({ name, sdl }) => ({ name, url: `in-process:${name}`, typeDefs: sdl }));
  return createGateway({
    supergraph: loadSupergraph(composeSupergraph(services)),
    transports: new Map(running.map(({ name, execute }) => [name, inProcessTransport(execute)])),
    verifyToken: createTokenVerifier({
      issuer,
      audience: config.TOKEN_AUDIENCE,
      keys: new URL(`http://${config.HOST}:${String(config.PORT)}/.well-known/jwks.json`),
      furtherIssuers: config.FURTHER_ISSUERS,
    }),
    verifyService,
    region,
    events: tailOf(events),
    consent: readConsentConfig(config.CONSENT_CONFIG, names),
    revocation: readRevocationConfig(config.REVOCATION_CONFIG, names),
    refusals: readRefusalConfig(config.REFUSAL_CONFIG, names),
    persisted: automaticDocuments(),
    admin: admin && { config: admin, sessions: memoryStore() },
    log,
    registry: processRegistry(),
    config: {
      ...defaultGatewayConfig,
      host: config.HOST,
      port: config.PORT,
      introspection: config.INTROSPECTION,
      metricsToken: config.METRICS_TOKEN ?? null,
      subgraphDeadlineMs: config.SUBGRAPH_DEADLINE_MS,
      ...demandConfig(config),
    },
  });
}

/** Clients may have documents remembered by their hash; a manifest belongs to a gateway of its own. */
function automaticDocuments(): PersistedDocuments {
  return new PersistedDocuments({ only: 'off', clients: new Set(), automaticLength, count: () => undefined });
}

/** Metrics of the process itself beside the gateway's. */
function processRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

function objectStore(baseUrl: string, secrets: EmbeddedSecrets, { region }: RegionWall): ObjectStore {
  const { accessKeyId, secretAccessKey } = secrets.objects;
  const endpoint = `${baseUrl}${objectsPath}`;
  return createObjectStore({
    endpoint,
    region: cloudRegions[region][0],
    residency: region,
    bucket: 'sa-platform',
    accessKeyId,
    secretAccessKey,
    forcePathStyle: true,
  });
}

function objectsRoute(
  config: EmbeddedConfig,
  { region, secrets, log }: { region: RegionWall; secrets: EmbeddedSecrets; log: Logger },
): HttpRoute {
  const handle: (request: IncomingMessage, response: ServerResponse) => void = createS3Subset({
    directory: join(config.DATA_DIR, 'objects'),
    credentials: secrets.objects,
    region: cloudRegions[region.region][0],
    wall: region,
    maxBytes: maxUploadBytes,
    basePath: objectsPath,
    log,
  });
  return { path: `${objectsPath}/*`, handle };
}

function simulatorSettings(simulators: Simulators, secrets: EmbeddedSecrets): Record<string, string> {
  return {
    DERM_URL: simulators.dermUrl,
    DERM_API_KEY: secrets.derm.apiKey,
    DERM_CALLBACK_SECRET: secrets.derm.callbackSecret,
    PAYMENTS_URL: simulators.paymentsUrl,
    PAYMENTS_API_KEY: secrets.payments.apiKey,
    PAYMENTS_WEBHOOK_SECRET: secrets.payments.webhookSecret,
  };
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('Every subgraph has an internal key');
  return value;
}
