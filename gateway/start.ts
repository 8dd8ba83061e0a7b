import { Registry, collectDefaultMetrics } from 'prom-client';
import { createTokenVerifier, importKeys, importSigner, verifyActorContext } from '#shared/auth';
import { contextFields } from '#shared/context';
import { createLogger, type Logger } from '#shared/logging';
import { type GatewayEnvironment, readGatewayEnvironment } from './config';
import { createGateway, defaultGatewayConfig, type Gateway, type GatewayConfig } from './server';
import { type EventTail } from './subscriptions';
import { composeSupergraph, loadSupergraph, readSubgraphs } from './supergraph';
import { SignedContexts, httpTransport } from './transport';

/** Opens the event source of a gateway of its own; what it opens is closed with the gateway. */
export type OpenEvents = (
  environment: GatewayEnvironment,
  log: Logger,
) => { readonly tail: EventTail; readonly close: () => Promise<void> };

/** Starts a gateway by itself, in front of subgraphs that it reaches over HTTP. */
export async function startGateway(openEvents: OpenEvents, settings = readGatewayEnvironment()): Promise<Gateway> {
  const log = createLogger(settings.LOG_LEVEL, process.stderr, contextFields);
  const subgraphs = readSubgraphs(settings.SUPERGRAPH_CONFIG, {
    urls: settings.subgraphUrls,
    ...(settings.subgraphs && { only: settings.subgraphs }),
  });
  const supergraph = loadSupergraph(composeSupergraph(subgraphs));
  const contexts = new SignedContexts(importSigner('gateway', settings.INTERNAL_PRIVATE_KEY));
  const keys = importKeys(settings.INTERNAL_KEYS);
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const events = openEvents(settings, log);
  const deadlineMs = settings.SUBGRAPH_DEADLINE_MS;
  const gateway = await createGateway({
    supergraph,
    transports: new Map(subgraphs.map(({ name, url }) => [name, httpTransport({ name, url, contexts, deadlineMs })])),
    verifyToken: createTokenVerifier({
      issuer: settings.TOKEN_ISSUER,
      audience: settings.TOKEN_AUDIENCE,
      keys: new URL(settings.JWKS_URL),
    }),
    verifyService: (token) => verifyActorContext(keys, token, 'gateway'),
    events: events.tail,
    log,
    registry,
    config: configOf(settings),
  });
  gateway.fastify.addHook('onClose', () => events.close());
  log.info({ url: await gateway.listen() }, 'The gateway listens');
  return gateway;
}

function configOf(settings: GatewayEnvironment): GatewayConfig {
  return {
    ...defaultGatewayConfig,
    host: settings.HOST,
    port: settings.PORT,
    introspection: settings.INTROSPECTION,
    allowedOrigins: settings.allowedOrigins,
    subgraphDeadlineMs: settings.SUBGRAPH_DEADLINE_MS,
    trustProxy: settings.TRUST_PROXY,
  };
}
