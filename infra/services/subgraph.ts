import 'reflect-metadata';
import { importKeys, importSigner } from '#shared/auth';
import { ConfigError } from '#shared/config';
import { contextFields } from '#shared/context';
import { DecryptionError, kmsKeyProvider, localKeyProvider, type KeyProvider } from '#shared/crypto';
import { redisStreamsTransport } from '#shared/events';
import { createLogger, type Logger } from '#shared/logging';
import { createMail } from '#shared/mail';
import { RegionWall } from '#shared/region';
import { createObjectStore } from '#shared/storage';
import { serveSubgraph, startSubgraph, type Platform, type Subgraph } from '#shared/subgraph';
import { startTracing } from '#shared/tracing';
import { mailboxRoute } from '../mailbox.route';
import { loadSubgraph } from '../subgraphs';
import { readSubgraphProcess, type SubgraphProcessConfig } from './config';
import { runProcess, type ServiceProcess } from './run-process';
import { StartError } from './start-error';

/** `node subgraph.js <name>`: one subgraph as a process of its own, with its workers and consumers. */
runProcess(async () => startProcess(await loadSubgraph(process.argv[2] ?? ''), readSubgraphProcess()));

async function startProcess(subgraph: Subgraph, config: SubgraphProcessConfig): Promise<ServiceProcess> {
  const log = createLogger(config.LOG_LEVEL, process.stderr, contextFields);
  const tracing = await startTracing({ service: subgraph.name, settings: config, log });
  const { platform, close } = adapters(subgraph.name, config, log);
  try {
    const running = await startSubgraph(subgraph, platform);
    const routes = [...running.routes, mailboxRoute(platform.mail.mailbox)];
    const served = await serveSubgraph(
      { ...running, routes },
      {
        host: config.HOST,
        port: config.PORT,
        internalKeys: importKeys(config.INTERNAL_KEYS),
        region: platform.region,
        log,
      },
    ).catch(async (error: unknown) => {
      await running.stop();
      throw error;
    });
    return {
      url: served.url,
      begin: () => {
        running.begin();
      },
      seedDemo: (order) => running.seedDemo(order),
      stop: async () => {
        await served.close();
        await running.stop();
        await close();
        await tracing.stop();
      },
    };
  } catch (err) {
    log.debug({ err }, 'The subgraph could not start');
    await close();
    throw err instanceof DecryptionError ? otherKey(config) : err;
  }
}

/** What happens when the folder with the key is thrown away and the databases are not. */
function otherKey({ MYSQL_PREFIX, KEK_FILE, KMS_KEY_ID }: SubgraphProcessConfig): StartError {
  const key = KMS_KEY_ID ?? KEK_FILE ?? '';
  return new StartError(
    `The databases ${MYSQL_PREFIX}_… were encrypted under another key than ${key}: bring that back, or set MYSQL_PREFIX and EVENTS_PREFIX to names not used before`,
  );
}

interface Adapters {
  readonly platform: Platform;
  readonly close: () => Promise<void>;
}

/** MySQL, Redis, S3, KMS: what services mode is made of. */
function adapters(name: string, config: SubgraphProcessConfig, log: Logger): Adapters {
  const { REDIS_URL: url, EVENTS_PREFIX: prefix, EVENTS_PARTITIONS: partitions } = config;
  const transport = redisStreamsTransport({ url, prefix, partitions, log });
  const storage = createObjectStore({
    endpoint: config.S3_ENDPOINT,
    region: config.S3_REGION,
    residency: config.REGION,
    bucket: config.S3_BUCKET,
    accessKeyId: config.S3_ACCESS_KEY_ID,
    secretAccessKey: config.S3_SECRET_ACCESS_KEY,
    forcePathStyle: true,
  });
  const keys = keyProvider(config);
  const signer = importSigner(`service:${name}`, config.INTERNAL_PRIVATE_KEY);
  const platform: Platform = {
    environment: config.environment,
    log,
    region: new RegionWall(config.REGION, config.REGION_URLS),
    connection: {
      kind: 'mysql',
      host: config.MYSQL_HOST,
      port: config.MYSQL_PORT,
      user: config.MYSQL_USER,
      password: config.MYSQL_PASSWORD,
      databasePrefix: config.MYSQL_PREFIX,
      poolSize: config.MYSQL_POOL_SIZE,
      contextSecret: config.CONTEXT_SECRET,
    },
    keyProvider: keys,
    transport,
    storage,
    mail: createMail(config.environment),
    signerOf: () => signer,
    supergraphUrl: () => config.SUPERGRAPH_URL,
    publicUrlOf: () => config.PUBLIC_URL,
    hasAuditIndex: true,
  };
  const close = async (): Promise<void> => {
    await transport.close();
    storage.close();
    keys.close?.();
  };
  return { platform, close };
}

function keyProvider(config: SubgraphProcessConfig): KeyProvider & { close?(): void } {
  const { KMS_KEY_ID: keyId, AWS_REGION: region, KEK_FILE: file } = config;
  if (keyId !== undefined && region !== undefined) return kmsKeyProvider({ keyId, region });
  if (file !== undefined) return localKeyProvider(file, config.REGION);
  throw new ConfigError('KMS_KEY_ID: set it, or KEK_FILE');
}
