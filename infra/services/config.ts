import { z } from 'zod';
import { ConfigError, readEnvironment, setting } from '#shared/config';
import { eventSettings } from '#shared/events';
import { logLevels } from '#shared/logging';
import { cloudRegions, regionSettings, type Region } from '#shared/region';
import { tracingSettings } from '#shared/tracing';
import { chooseSubgraphs } from '../subgraphs';

const fixedPort = (fallback: number) => setting.integer({ min: 1, max: 65_535, fallback });
const required = () => z.string().min(1);
const optionalPassword = () => z.string().default('');

const common = {
  ...regionSettings,
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
  /** Of the object store; the first one of REGION when absent. */
  S3_REGION: setting.optionalText(),
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
    REFUSAL_CONFIG: setting.text('audit.yaml'),
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
  .refine(isWholeKms, { path: ['KMS_KEY_ID'], message: 'needs AWS_REGION' })
  .superRefine(findForeignPlaces);

/** A subgraph to run, and where it is to be found. */
export interface PlannedSubgraph {
  readonly name: string;
  readonly url: URL;
}

export type ServicesConfig = z.infer<typeof platformSchema> & {
  readonly S3_REGION: string;
  readonly subgraphs: readonly PlannedSubgraph[];
};

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
  return { ...withS3Region(settings), subgraphs };
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
  .refine(isWholeKms, { path: ['KMS_KEY_ID'], message: 'needs AWS_REGION' })
  .superRefine(findForeignPlaces);

export type SubgraphProcessConfig = z.infer<typeof subgraphSchema> & {
  readonly S3_REGION: string;
  readonly environment: NodeJS.ProcessEnv;
};

/** @throws {ConfigError} naming every variable that is missing or wrong */
export function readSubgraphProcess(environment: NodeJS.ProcessEnv = process.env): SubgraphProcessConfig {
  return { ...withS3Region(readEnvironment(environment, subgraphSchema)), environment };
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
  return withS3Region(readEnvironment(environment, objectsSchema));
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

interface Places {
  readonly REGION: Region;
  readonly S3_REGION?: string | undefined;
  readonly AWS_REGION?: string | undefined;
  readonly KMS_KEY_ID?: string | undefined;
}

/** Bucket and root key must lie where the region's data may: a UK deployment with a key in Virginia does not start. */
function findForeignPlaces(
  { REGION, S3_REGION, AWS_REGION, KMS_KEY_ID = '' }: Places,
  context: { addIssue(issue: { code: 'custom'; path: string[]; message: string }): void },
): void {
  const keyRegion = /^arn:[\w-]+:kms:([\w-]+):/.exec(KMS_KEY_ID)?.[1];
  const allowed = cloudRegions[REGION];
  for (const [name, place] of Object.entries({ S3_REGION, AWS_REGION, KMS_KEY_ID: keyRegion })) {
    if (place === undefined || allowed.includes(place)) continue;
    const message = `must lie in ${REGION} (${allowed.join(', ')}), for that is the REGION of this deployment`;
    context.addIssue({ code: 'custom', path: [name], message });
  }
}

function withS3Region<S extends Places>(settings: S): S & { readonly S3_REGION: string } {
  return { ...settings, S3_REGION: settings.S3_REGION ?? cloudRegions[settings.REGION][0] };
}

function isWholeKms({ KMS_KEY_ID, AWS_REGION }: { KMS_KEY_ID?: string | undefined; AWS_REGION?: string | undefined }) {
  return KMS_KEY_ID === undefined || AWS_REGION !== undefined;
}
