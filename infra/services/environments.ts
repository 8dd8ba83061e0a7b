import { join, resolve } from 'node:path';
import { exportKeys, exportSigner } from '#shared/auth';
import { type PlannedSubgraph, type ServicesConfig } from './config';
import { type PlatformSecrets } from './secrets';

/** Means something to some processes only, and to the others it is a secret too many. */
const notForAll = /^(MYSQL_|S3_|AWS_|KMS_|INTERNAL_|CONTEXT_SECRET$|DERM_|PAYMENTS_|ADMIN_)/;

/** How the variables of a subgraph's own provider begin. */
const providerPrefix: Readonly<Record<string, string>> = { reviews: 'DERM_', payments: 'PAYMENTS_' };

/** What each process finds in its environment: what all have, and its own secrets. */
export class Environments {
  private readonly keys: string;

  constructor(
    private readonly config: ServicesConfig,
    private readonly inherited: NodeJS.ProcessEnv,
    private readonly secrets: PlatformSecrets,
  ) {
    this.keys = exportKeys(secrets.keys);
  }

  get gatewayUrl(): string {
    return `http://${this.config.HOST}:${String(this.config.PORT)}`;
  }

  get objectsUrl(): string {
    return this.config.S3_ENDPOINT ?? `http://${this.config.HOST}:${String(this.config.OBJECTS_PORT)}`;
  }

  /** Where a subgraph's routes are: its own port, for the gateway passes nothing but GraphQL on. */
  originOf(name: string): string | undefined {
    return this.config.subgraphs.find((subgraph) => subgraph.name === name)?.url.origin;
  }

  /** How staff sign in is for the gateway and for the subgraph that knows them; only the latter has the client's secret. */
  private admin(name: 'gateway' | 'auth'): NodeJS.ProcessEnv {
    const { ADMIN_OIDC_CLIENT_SECRET, ADMIN_SESSION_KEY, ...shared } = startingWith(this.inherited, 'ADMIN_');
    return { ...shared, ...(name === 'auth' ? { ADMIN_OIDC_CLIENT_SECRET } : { ADMIN_SESSION_KEY }) };
  }

  gateway(): NodeJS.ProcessEnv {
    const { config } = this;
    return {
      ...this.common(),
      ...this.keysOf('gateway'),
      ...this.admin('gateway'),
      ...this.events(),
      ...{ HOST: config.HOST, PORT: String(config.PORT) },
      ...{ SUPERGRAPH_CONFIG: config.SUPERGRAPH_CONFIG, CONSENT_CONFIG: config.CONSENT_CONFIG },
      ...{ REVOCATION_CONFIG: config.REVOCATION_CONFIG, REFUSAL_CONFIG: config.REFUSAL_CONFIG },
      SUBGRAPHS: config.subgraphs.map(({ name }) => name).join(','),
      TOKEN_ISSUER: this.issuer(),
      TOKEN_AUDIENCE: config.TOKEN_AUDIENCE,
      JWKS_URL: `${this.originOf('auth') ?? ''}/.well-known/jwks.json`,
    };
  }

  /** @param simulated addresses of the simulators, while they run */
  subgraph({ name, url }: PlannedSubgraph, simulated: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
    const { config, secrets } = this;
    return {
      ...this.common(),
      ...this.keysOf(`service:${name}`),
      ...(name === 'auth' && this.admin('auth')),
      ...this.events(),
      ...startingWith(this.inherited, 'MYSQL_', 'AWS_'),
      ...this.providerOf(name, simulated),
      ...{ HOST: url.hostname, PORT: url.port || '80', PUBLIC_URL: url.origin },
      SUPERGRAPH_URL: `${this.gatewayUrl}/graphql`,
      ...{ TOKEN_ISSUER: this.issuer(), TOKEN_AUDIENCE: config.TOKEN_AUDIENCE },
      CONTEXT_SECRET: secrets.context,
      ...{ S3_ENDPOINT: this.objectsUrl, S3_BUCKET: config.S3_BUCKET, ...this.objectKeys() },
      ...(config.KMS_KEY_ID === undefined
        ? { KEK_FILE: resolve(config.DATA_DIR, 'keys', 'kek') }
        : { KMS_KEY_ID: config.KMS_KEY_ID }),
    };
  }

  objects(): NodeJS.ProcessEnv {
    const { HOST, OBJECTS_PORT, DATA_DIR } = this.config;
    return {
      ...this.common(),
      ...this.objectKeys(),
      ...{ HOST, PORT: String(OBJECTS_PORT), OBJECTS_DIR: join(DATA_DIR, 'objects') },
    };
  }

  simulators(): NodeJS.ProcessEnv {
    return {
      ...this.common(),
      ...this.providers({}),
      SIMULATORS_DIR: this.config.DATA_DIR,
      // Without the subgraph nobody makes payments that it would have to hear of.
      PAYMENTS_WEBHOOK_URL: `${this.originOf('payments') ?? this.gatewayUrl}/v1/callbacks/payments`,
    };
  }

  private common(): NodeJS.ProcessEnv {
    const kept = Object.entries(this.inherited).filter(([name]) => !notForAll.test(name));
    return {
      ...Object.fromEntries(kept),
      LOG_LEVEL: this.config.LOG_LEVEL,
      REGION: this.config.REGION,
      SUPERVISED: 'on',
      // Each process would say what the launcher has said already: that the SDK wants a newer Node one day.
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    };
  }

  private keysOf(name: string): Record<string, string> {
    const signer = this.secrets.signers.get(name);
    if (!signer) throw new Error(`No internal key was made for ${name}`);
    return { INTERNAL_PRIVATE_KEY: exportSigner(signer), INTERNAL_KEYS: this.keys };
  }

  private events(): Record<string, string> {
    const { REDIS_URL, EVENTS_PREFIX, EVENTS_PARTITIONS } = this.config;
    return { REDIS_URL, EVENTS_PREFIX, EVENTS_PARTITIONS: String(EVENTS_PARTITIONS) };
  }

  private objectKeys(): Record<string, string> {
    const { accessKeyId, secretAccessKey } = this.secrets.objects;
    return { S3_REGION: this.config.S3_REGION, S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey };
  }

  private providerOf(name: string, simulated: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
    const prefix = providerPrefix[name];
    return prefix === undefined ? {} : startingWith({ ...this.inherited, ...this.providers(simulated) }, prefix);
  }

  private providers(simulated: Readonly<Record<string, string>>): Record<string, string> {
    const { derm, payments } = this.secrets;
    if (!this.config.SIMULATORS) return {};
    return {
      ...simulated,
      DERM_API_KEY: derm.apiKey,
      DERM_CALLBACK_SECRET: derm.callbackSecret,
      PAYMENTS_API_KEY: payments.apiKey,
      PAYMENTS_WEBHOOK_SECRET: payments.webhookSecret,
    };
  }

  /** The issuer's own address, where OpenID Connect Discovery looks for its metadata. */
  private issuer(): string {
    return this.config.TOKEN_ISSUER ?? this.originOf('auth') ?? this.gatewayUrl;
  }
}

function startingWith(environment: NodeJS.ProcessEnv, ...prefixes: readonly string[]): NodeJS.ProcessEnv {
  const entries = Object.entries(environment).filter(([name]) => prefixes.some((prefix) => name.startsWith(prefix)));
  return Object.fromEntries(entries);
}
