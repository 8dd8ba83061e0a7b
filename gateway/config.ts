import { z } from 'zod';
import { furtherIssuerSettings } from '#shared/auth';
import { ConfigError, readEnvironment, setting } from '#shared/config';
import { eventSettings } from '#shared/events';
import { logLevels } from '#shared/logging';
import { optionalRegionSettings } from '#shared/region';
import { tracingSettings } from '#shared/tracing';
import { adminSettings } from './admin';
import { defaultGatewayConfig } from './server';
import { demandSettings } from './demand-settings';
import { authorizationModes } from './authorize';

const schema = z.object({
  HOST: setting.text('127.0.0.1'),
  PORT: setting.port(4000),
  LOG_LEVEL: setting.choice(logLevels, 'info'),
  ...eventSettings,
  ...tracingSettings,
  /** These three together, or none: only a supergraph without access rules can do without. */
  TOKEN_ISSUER: setting.optionalUrl(),
  TOKEN_AUDIENCE: setting.optionalText(),
  JWKS_URL: setting.optionalUrl(),
  ...furtherIssuerSettings,
  /** The one region whose callers are served. Tokens have one, so whoever takes tokens must say which: there is no default. */
  ...optionalRegionSettings,
  /** PKCS#8 in base64: what the gateway signs actor contexts with. Without it subgraphs are not told who asks. */
  INTERNAL_PRIVATE_KEY: setting.optionalText(),
  /** Public keys by name, as JSON. */
  INTERNAL_KEYS: setting.optionalText(),
  /** A composed supergraph, instead of one that is composed here. */
  SUPERGRAPH_FILE: setting.optionalText(),
  SUPERGRAPH_CONFIG: setting.text('supergraph.yaml'),
  /** Which operation decides about consent. Without the file, fields that need one stay closed. */
  CONSENT_CONFIG: setting.text('consent.yaml'),
  /** Which operation tells what tokens are revoked. Without the file they stand until they end. */
  REVOCATION_CONFIG: setting.text('revocation.yaml'),
  REFUSAL_CONFIG: setting.text('audit.yaml'),
  /** How long tokens stand on what is known when nobody answers and no events arrive; then they are refused. */
  REVOCATION_BLIND_SECONDS: setting.integer({ min: 5, max: 3_600, fallback: 60 }),
  /** Subgraphs to compose, separated by commas; all of them when absent. */
  SUBGRAPHS: setting.optionalText(),
  INTROSPECTION: setting.choice(['never', 'token', 'always'], 'token'),
  /** What becomes of operations with fields that the caller may not have. `dry-run` enforces nothing: loopback only. */
  AUTHORIZATION_MODE: setting.choice(authorizationModes, 'filter'),
  NODE_ENV: setting.optionalText(),
  /** Separated by commas. */
  ALLOWED_ORIGINS: setting.optionalText(),
  TRUST_PROXY: setting.onOff(false),
  ...demandSettings,
  ...adminSettings,
  /** What opens /metrics, as a Bearer token; without one it answers this machine only. */
  METRICS_TOKEN: setting.optionalText(),
  /** Whoever has it may see query plans. */
  QUERY_PLAN_SCOPE: setting.text(defaultGatewayConfig.queryPlanScope),
  /** Between SIGTERM and the last new connection: as long as the load balancer needs to see that we are leaving. */
  DRAIN_DELAY_MS: setting.integer({ min: 0, max: 300_000, fallback: defaultGatewayConfig.drain.delayMs }),
  /** Longest wait for requests in hand then. */
  DRAIN_GRACE_MS: setting.integer({ min: 0, max: 300_000, fallback: defaultGatewayConfig.drain.graceMs }),
  SUBGRAPH_DEADLINE_MS: setting.integer({ min: 100, max: 60_000, fallback: 5_000 }),
  /** Reads that may await their answers on one connection to a subgraph. More is cheaper; a late answer holds up others. */
  SUBGRAPH_PIPELINING: setting.integer({ min: 1, max: 64, fallback: 1 }),
  /** Between two looks at the supergraph's files and the manifest. */
  RELOAD_INTERVAL_MS: setting.integer({ min: 10, max: 3_600_000, fallback: 1_000 }),
  /** Persisted operations, in Apollo's format or as a map from id to document. */
  PERSISTED_MANIFEST: setting.optionalText(),
  PERSISTED_ONLY: setting.choice(['off', 'partners', 'all'], 'off'),
  /** The partners: ids of clients, separated by commas; `*` is every client that acts for itself. */
  PERSISTED_ONLY_CLIENTS: setting.optionalText(),
  /** Whether other callers may have documents remembered by their hash (Apollo's APQ). */
  AUTOMATIC_PERSISTED: setting.onOff(true),
});

/** Settings that mean something only together. */
const together = [
  ['TOKEN_ISSUER', 'TOKEN_AUDIENCE', 'JWKS_URL'],
  ['INTERNAL_PRIVATE_KEY', 'INTERNAL_KEYS'],
] as const;

export type GatewayEnvironment = ReturnType<typeof readGatewayEnvironment>;

const urlPrefix = 'SUBGRAPH_URL_';

/** @throws {ConfigError} naming every variable that is missing or wrong */
export function readGatewayEnvironment(environment: NodeJS.ProcessEnv = process.env) {
  const settings = readEnvironment(environment, schema);
  const problems = [
    ...findHalves(settings),
    ...findPersistedProblems(settings),
    ...findModeProblems(settings),
    ...findRegionProblems(settings),
  ];
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return {
    ...settings,
    subgraphs: listOf(settings.SUBGRAPHS),
    allowedOrigins: listOf(settings.ALLOWED_ORIGINS) ?? [],
    persistedOnlyClients: new Set(listOf(settings.PERSISTED_ONLY_CLIENTS)),
    subgraphUrls: readSubgraphUrls(environment),
  };
}

type Settings = z.infer<typeof schema>;

function findHalves(settings: Settings): string[] {
  return together.flatMap((names) => {
    const missing = names.filter((name) => settings[name] === undefined);
    if (missing.length === names.length) return [];
    return missing.map((name) => `${name}: is needed with ${names.filter((other) => other !== name).join(' and ')}`);
  });
}

function findModeProblems({ AUTHORIZATION_MODE, NODE_ENV }: Settings): string[] {
  const isRisky = AUTHORIZATION_MODE === 'dry-run' && NODE_ENV === 'production';
  return isRisky ? ['AUTHORIZATION_MODE: dry-run shows everybody everything, so production does not have it'] : [];
}

function findRegionProblems({ TOKEN_ISSUER, REGION }: Settings): string[] {
  const isMissing = TOKEN_ISSUER !== undefined && REGION === undefined;
  return isMissing ? ['REGION: must be UK or US, the region whose callers are served: there is no default'] : [];
}

function findPersistedProblems({ PERSISTED_ONLY, PERSISTED_MANIFEST, PERSISTED_ONLY_CLIENTS }: Settings): string[] {
  if (PERSISTED_ONLY === 'off') return [];
  const hasPartners = PERSISTED_ONLY === 'all' || PERSISTED_ONLY_CLIENTS !== undefined;
  return [
    ...(PERSISTED_MANIFEST === undefined ? [`PERSISTED_MANIFEST: is needed for PERSISTED_ONLY=${PERSISTED_ONLY}`] : []),
    ...(hasPartners ? [] : ['PERSISTED_ONLY_CLIENTS: is needed for PERSISTED_ONLY=partners']),
  ];
}

/** `SUBGRAPH_URL_CLINICAL` is where `clinical` is found. */
export function readSubgraphUrls(environment: NodeJS.ProcessEnv): Map<string, string> {
  const entries = Object.entries(environment).flatMap(([name, value]): [string, string][] =>
    name.startsWith(urlPrefix) && value ? [[name.slice(urlPrefix.length).toLowerCase(), value]] : [],
  );
  return new Map(entries);
}

/** Under which key of those URLs a subgraph is found: names may have characters that variables cannot. */
export function urlKeyOf(subgraph: string): string {
  return subgraph.toLowerCase().replace(/[^a-z0-9]/g, '_');
}

function listOf(text: string | undefined): string[] | undefined {
  return text?.split(',').map((item) => item.trim());
}
