import { z } from 'zod';
import { readEnvironment, setting } from '#shared/config';
import { eventSettings } from '#shared/events';
import { logLevels } from '#shared/logging';

const schema = z.object({
  HOST: setting.text('127.0.0.1'),
  PORT: setting.port(4000),
  LOG_LEVEL: setting.choice(logLevels, 'info'),
  ...eventSettings,
  TOKEN_ISSUER: z.url('must be the URL of the issuer'),
  TOKEN_AUDIENCE: z.string().min(1),
  JWKS_URL: z.url('must be the URL of the key set'),
  /** PKCS#8 in base64: what the gateway signs actor contexts with. */
  INTERNAL_PRIVATE_KEY: z.string().min(1),
  /** Public keys by name, as JSON. */
  INTERNAL_KEYS: z.string().min(2),
  SUPERGRAPH_CONFIG: setting.text('supergraph.yaml'),
  /** Subgraphs to compose, separated by commas; all of them when absent. */
  SUBGRAPHS: setting.optionalText(),
  INTROSPECTION: setting.choice(['never', 'token', 'always'], 'token'),
  /** Separated by commas. */
  ALLOWED_ORIGINS: setting.optionalText(),
  TRUST_PROXY: setting.onOff(false),
  SUBGRAPH_DEADLINE_MS: setting.integer({ min: 100, max: 60_000, fallback: 5_000 }),
});

export type GatewayEnvironment = ReturnType<typeof readGatewayEnvironment>;

const urlPrefix = 'SUBGRAPH_URL_';

/** @throws {ConfigError} naming every variable that is missing or wrong */
export function readGatewayEnvironment(environment: NodeJS.ProcessEnv = process.env) {
  const settings = readEnvironment(environment, schema);
  return {
    ...settings,
    subgraphs: listOf(settings.SUBGRAPHS),
    allowedOrigins: listOf(settings.ALLOWED_ORIGINS) ?? [],
    subgraphUrls: readSubgraphUrls(environment),
  };
}

/** `SUBGRAPH_URL_CLINICAL` is where `clinical` is found. */
export function readSubgraphUrls(environment: NodeJS.ProcessEnv): Map<string, string> {
  const entries = Object.entries(environment).flatMap(([name, value]): [string, string][] =>
    name.startsWith(urlPrefix) && value ? [[name.slice(urlPrefix.length).toLowerCase(), value]] : [],
  );
  return new Map(entries);
}

function listOf(text: string | undefined): string[] | undefined {
  return text?.split(',').map((item) => item.trim());
}
