import { z } from 'zod';
import { ConfigError, readEnvironment, setting } from '#shared/config';
import { eventSettings } from '#shared/events';
import { logLevels } from '#shared/logging';
import { tracingSettings } from '#shared/tracing';
import { chooseSubgraphs } from '../subgraphs';

const fixedPort = (fallback: number) => setting.integer({ min: 1, max: 65_535, fallback });
const required = () => z.string().min(1);
const optionalPassword = () => z.string().default('');

const common = {
  HOST: setting.text('127.0.0.1'),
  LOG_LEVEL: setting.choice(logLevels, 'warn'),
};

const mysqlSettings = {
  MYSQL_HOST: setting.text('127.0.0.1'),
  MYSQL_PORT: fixedPort(3306),
  MYSQL_USER: setting.text('root'),
  MYSQL_PASSWORD: optionalPassword(),
  /** `sa` gives the databases `sa_clinical`, `sa_clinical_app`, … */
  MYSQL_PREFIX: setting.text('sa'),
  /** Connections of each of a subgraph's two pools. Seven subgraphs stay below MySQL's default of 151. */
  MYSQL_POOL_SIZE: setting.integer({ min: 1, max: 200, fallback: 8 }),
};

const bucketSettings = {
  S3_BUCKET: setting.text('sa-platform'),
  S3_REGION: setting.text('eu-west-2'),
};

const kmsSettings = {
  /** Key id, ARN or alias; a key file of this machine when absent. */
  KMS_KEY_ID: setting.optionalText(),
  AWS_REGION: setting.optionalText(),
};

const platformSchema = z
  .object({
    ...common,
    /** The gateway's. */
    PORT: fixedPort(4000),
    DATA_DIR: setting.text('.data/services'),
    /** Whether the first start fills two organisations with demo data. */
    DEMO: setting.onOff(true),
    /** Stand-ins for the AI and payment providers; when off, DERM_… and PAYMENTS_… name real ones. */
    SIMULATORS: setting.onOff(true),
    SUPERGRAPH_CONFIG: setting.text('supergraph.yaml'),
    CONSENT_CONFIG: setting.text('consent.yaml'),
    REVOCATION_CONFIG: setting.text('revocation.yaml'),
    /** Which of the configuration's subgraphs to run, separated by commas; all of them when absent. */
    SUBGRAPHS: setting.optionalText(),
    ...mysqlSettings,
    ...eventSettings,
    ...bucketSettings,
    ...kmsSettings,
    /** An S3 that exists; a process with the S3 subset when absent. */
    S3_ENDPOINT: setting.optionalUrl(),
    S3_ACCESS_KEY_ID: setting.optionalText(),
    S3_SECRET_ACCESS_KEY: setting.optionalText(),
    /** Of the S3 subset. Part of every upload's address, so it must not change when the process is restarted. */
    OBJECTS_PORT: fixedPort(4100),
    /** Signs the databases' tenant context; made once and kept in DATA_DIR when absent. */
    CONTEXT_SECRET: setting.optionalText(),
    TOKEN_ISSUER: setting.optionalUrl(),
    TOKEN_AUDIENCE: setting.text('sa-platform'),
  })
  .refine((it) => it.S3_ENDPOINT === undefined || (it.S3_ACCESS_KEY_ID && it.S3_SECRET_ACCESS_KEY), {
    path: ['S3_ENDPOINT'],
    message: 'needs S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY',
  })
  .refine(isWholeKms, { path: ['KMS_KEY_ID'], message: 'needs AWS_REGION' });

/** A subgraph to run, and where it is to be found. */
export interface PlannedSubgraph {
  readonly name: string;
  readonly url: URL;
}

export type ServicesConfig = z.infer<typeof platformSchema> & { readonly subgraphs: readonly PlannedSubgraph[] };

/** @throws {ConfigError} naming every variable that is wrong */
export function readServicesConfig(environment: NodeJS.ProcessEnv): ServicesConfig {
  const settings = readEnvironment(environment, platformSchema);
  const chosen = chooseSubgraphs(settings.SUPERGRAPH_CONFIG, settings.SUBGRAPHS);
  const subgraphs = [...chosen].map(([name, routingUrl]) => {
    const variable = `SUBGRAPH_URL_${name.toUpperCase()}`;
    const url = environment[variable] ?? routingUrl;
    if (!URL.canParse(url)) throw new ConfigError(`${variable}: must be a URL`);
    return { name, url: new URL(url) };
  });
  return { ...settings, subgraphs };
}

const subgraphSchema = z
  .object({
    ...common,
    ...tracingSettings,
    PORT: setting.port(4001),
    /** Where this process is reached from outside: providers' callbacks go there. */
    PUBLIC_URL: z.url('must be the URL this subgraph is reached at'),
    SUPERGRAPH_URL: z.url("must be the URL of the gateway's GraphQL endpoint"),
    ...mysqlSettings,
    ...eventSettings,
    ...bucketSettings,
    ...kmsSettings,
    /** The key file, where there is no KMS. Shared by all subgraphs. */
    KEK_FILE: setting.optionalText(),
    S3_ENDPOINT: z.url('must be a URL'),
    S3_ACCESS_KEY_ID: required(),
    S3_SECRET_ACCESS_KEY: required(),
    CONTEXT_SECRET: required(),
    /** PKCS#8 in base64: this subgraph's own. */
    INTERNAL_PRIVATE_KEY: required(),
    /** Public keys by name, as JSON. */
    INTERNAL_KEYS: required(),
  })
  .refine((it) => (it.KMS_KEY_ID ?? it.KEK_FILE) !== undefined, {
    path: ['KMS_KEY_ID'],
    message: 'set it, or KEK_FILE',
  })
  .refine(isWholeKms, { path: ['KMS_KEY_ID'], message: 'needs AWS_REGION' });

export type SubgraphProcessConfig = z.infer<typeof subgraphSchema> & { readonly environment: NodeJS.ProcessEnv };

/** @throws {ConfigError} naming every variable that is missing or wrong */
export function readSubgraphProcess(environment: NodeJS.ProcessEnv = process.env): SubgraphProcessConfig {
  return { ...readEnvironment(environment, subgraphSchema), environment };
}

const objectsSchema = z.object({
  ...common,
  PORT: setting.port(4100),
  OBJECTS_DIR: required(),
  S3_REGION: bucketSettings.S3_REGION,
  S3_ACCESS_KEY_ID: required(),
  S3_SECRET_ACCESS_KEY: required(),
});

/** @throws {ConfigError} naming every variable that is missing or wrong */
export function readObjectsProcess(environment: NodeJS.ProcessEnv = process.env) {
  return readEnvironment(environment, objectsSchema);
}

const simulatorsSchema = z.object({
  SIMULATORS_DIR: required(),
  PAYMENTS_WEBHOOK_URL: z.url('must be a URL'),
  PAYMENTS_API_KEY: required(),
  PAYMENTS_WEBHOOK_SECRET: required(),
  DERM_API_KEY: required(),
  DERM_CALLBACK_SECRET: required(),
});

/** @throws {ConfigError} naming every variable that is missing or wrong */
export function readSimulatorsProcess(environment: NodeJS.ProcessEnv = process.env) {
  return readEnvironment(environment, simulatorsSchema);
}

/** Whether a launcher is at the other end of the channel: it says when to begin, and when it goes, so does the process. */
export function readIsSupervised(environment: NodeJS.ProcessEnv = process.env): boolean {
  return readEnvironment(environment, z.object({ SUPERVISED: setting.onOff(false) })).SUPERVISED;
}

function isWholeKms({ KMS_KEY_ID, AWS_REGION }: { KMS_KEY_ID?: string | undefined; AWS_REGION?: string | undefined }) {
  return KMS_KEY_ID === undefined || AWS_REGION !== undefined;
}
