import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { createTokenVerifier, generateInternalKeys, verifyActorContext } from '#shared/auth';
import { createLogger, type Logger } from '#shared/logging';
import { startTracing } from '#shared/tracing';
import {
  createGateway,
  defaultGatewayConfig,
  type GatewayConfig,
  httpTransport,
  inProcessTransport,
  loadSupergraph,
  SignedContexts,
  type SubgraphRequest,
  type SubgraphResult,
  type SubgraphTransport,
} from '../../../../gateway';
import { type GatewayReady, type ProfileOrder } from '../messages';
import { ShopServer, consentQuery, shopSubgraphs } from '../shop';
import { Profiler } from './profiler';
import { type OwnSettings, ownSettingsSchema } from './settings';
import { unlimited } from './unlimited';

async function main(file: string): Promise<void> {
  const settings = ownSettingsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const { issuer, audience, keys } = settings.issuer;
  const internal = generateInternalKeys(['gateway']);
  const log = createLogger('warn', process.stderr);
  await trace(settings, log);
  const gateway = await createGateway({
    supergraph: loadSupergraph(readFileSync(settings.supergraph, 'utf8')),
    transports: transports(settings, internal),
    verifyToken: createTokenVerifier({ issuer, audience, keys }),
    verifyService: (token) => verifyActorContext(internal.keys, token, 'gateway'),
    events: { subscribe: () => () => undefined },
    consent: { subgraph: 'accounts', query: consentQuery, scopes: ['consent:decisions:read'], invalidatedBy: [] },
    log,
    config: configOf(settings),
  });
  const ready: GatewayReady = { kind: 'ready', port: Number(new URL(await gateway.listen()).port) };
  process.send?.(ready);
  const profiler = settings.profile === null ? null : new Profiler(settings.profile);
  process.on('message', ({ stretch }: ProfileOrder) => {
    void profiler?.begin(stretch).then(() => process.send?.({ kind: 'profiling' }));
  });
  // Nobody waits for the answers that are under way.
  process.on('disconnect', () => {
    void Promise.resolve(profiler?.end()).finally(() => process.exit());
  });
}

/** Reads on one connection: the subgraphs of the bench all answer at once. */
const pipelining = 16;

/** Callers of a bench would run into any limit of rate that is sensible for people. */
const plenty = 1_000_000_000;

function configOf({ limits, rateLimits }: OwnSettings): GatewayConfig {
  const { limits: usual } = defaultGatewayConfig;
  return {
    ...defaultGatewayConfig,
    port: 0,
    limits: limits ? { ...usual, cost: plenty } : unlimited(usual),
    rateLimits: rateLimits
      ? { windowSeconds: 60, client: plenty, user: plenty, organisation: plenty, address: plenty }
      : null,
    // A full machine is the point of a bench, and no reason to refuse.
    overload: { inFlight: 10_000, turnMs: 60_000 },
  };
}

async function trace({ traced, collector }: OwnSettings, log: Logger): Promise<void> {
  if (traced === 0) return;
  await startTracing({
    service: 'bench',
    settings: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector,
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: undefined,
      OTEL_SDK_DISABLED: 'false',
      OTEL_SERVICE_NAME: undefined,
      OTEL_TRACES_SAMPLER: 'traceidratio',
      OTEL_TRACES_SAMPLER_ARG: traced,
    },
    log,
  });
}

function transports(
  { authentication, transport, ports }: OwnSettings,
  internal: ReturnType<typeof generateInternalKeys>,
): Map<string, SubgraphTransport> {
  const signer = internal.signers.get('gateway');
  if (!signer) throw new Error('The gateway has no key');
  const contexts = authentication ? new SignedContexts(signer) : null;
  return new Map(
    shopSubgraphs.map((name) => {
      if (transport === 'http') {
        return [name, httpTransport({ name, url: `http://127.0.0.1:${ports[name]}/graphql`, contexts, pipelining })];
      }
      const server = new ShopServer(name);
      return [name, inProcessTransport((request) => answer(server, request))];
    }),
  );
}

async function answer(server: ShopServer, { query, variables }: SubgraphRequest): Promise<SubgraphResult> {
  const { data, errors } = await server.execute(query, variables);
  return errors ? { data, errors: errors.map((error) => error.toJSON()) } : { data };
}

void main(process.argv[2] ?? '');
