import { z } from 'zod';
import { furtherIssuerSettings } from '#shared/auth';
import { ConfigError, readEnvironment, setting } from '#shared/config';
import { logLevels } from '#shared/logging';
import { optionalRegionSettings, type Region } from '#shared/region';
import { tracingSettings } from '#shared/tracing';
import { adminSettings, demandSettings } from '../../gateway';

const schema = z.object({
  HOST: setting.text('127.0.0.1'),
  PORT: setting.integer({ min: 1, max: 65_535, fallback: 4_000 }),
  DATA_DIR: setting.text('.data'),
  /** Whether the first start fills two organisations with demo data. */
  DEMO: setting.onOff(true),
  LOG_LEVEL: setting.choice(logLevels, 'warn'),
  SUPERGRAPH_CONFIG: setting.text('supergraph.yaml'),
  /** Which operation decides about consent. Without the file, fields that need one stay closed. */
  CONSENT_CONFIG: setting.text('consent.yaml'),
  REVOCATION_CONFIG: setting.text('revocation.yaml'),
  REFUSAL_CONFIG: setting.text('audit.yaml'),
  /** Which of the configuration's subgraphs to run, separated by commas; all of them when absent. */
  SUBGRAPHS: setting.optionalText(),
  /** Who the tokens are from; this platform's own address unless given. */
  TOKEN_ISSUER: setting.optionalUrl(),
  TOKEN_AUDIENCE: setting.text('sa-platform'),
  ...furtherIssuerSettings,
  /** Longest wait for one answer of one subgraph. */
  SUBGRAPH_DEADLINE_MS: setting.integer({ min: 100, max: 60_000, fallback: 5_000 }),
  /** Whose data is kept here. The demo names its own; without the demo there is no default. */
  ...optionalRegionSettings,
  ...tracingSettings,
  /** What opens /metrics, as a Bearer token; without one it answers this machine only. */
  METRICS_TOKEN: setting.optionalText(),
  ...demandSettings,
  ...adminSettings,
  INTROSPECTION: setting.choice(['never', 'token', 'always'], 'token'),
});

export type EmbeddedConfig = z.infer<typeof schema> & { readonly REGION: Region };

const demoRegion: Region = 'UK';

/** @throws {ConfigError} naming every variable that is wrong */
export function readEmbeddedConfig(environment: NodeJS.ProcessEnv): EmbeddedConfig {
  const settings = readEnvironment(environment, schema);
  const region = settings.REGION ?? (settings.DEMO ? demoRegion : null);
  if (region === null) throw new ConfigError('REGION: must be UK or US: without the demo there is no default');
  return { ...settings, REGION: region };
}
