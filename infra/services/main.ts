import { contextFields } from '#shared/context';
import { createLogger } from '#shared/logging';
import { DemoInterrupted, ensureDemo, type DemoFile } from '../demo/demo';
import { banner } from './banner';
import { readServicesConfig, type ServicesConfig } from './config';
import { type Environments } from './environments';
import { ServicesPlatform } from './platform';
import { assertCanStart } from './preflight';
import { lineOf, StartError } from './start-error';

/** The end has one cause: the first. */
let ending: Promise<void> | null = null;

async function main(): Promise<void> {
  const config = readServicesConfig(process.env);
  await assertCanStart(config);
  const log = createLogger(config.LOG_LEVEL, process.stderr, contextFields);
  const platform = new ServicesPlatform({
    config,
    log,
    environment: process.env,
    gaveUp: (line) => end(platform, 1, `${line}; the platform stops`),
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => end(platform, 0));
  try {
    await run(platform, config);
  } catch (error) {
    end(platform, 1, lineOf(error));
  }
}

async function run(platform: ServicesPlatform, config: ServicesConfig): Promise<void> {
  const started = await platform.start();
  const urls = urlsOf(platform.environments);
  const demo = config.DEMO ? await fillDemo(platform, config, urls) : null;
  if (ending) return;
  const readyInMs = performance.now();
  process.stdout.write(banner({ urls, started, demo, readyInMs, dataDirectory: config.DATA_DIR }));
}

async function fillDemo(
  platform: ServicesPlatform,
  { DATA_DIR, MYSQL_PREFIX, REGION: region }: ServicesConfig,
  urls: DemoFile['urls'],
): Promise<DemoFile> {
  try {
    return await ensureDemo(DATA_DIR, platform.subgraphs, { urls, region });
  } catch (error) {
    if (!(error instanceof DemoInterrupted)) throw error;
    throw new StartError(
      `${error.message}, with another MYSQL_PREFIX and EVENTS_PREFIX or without the databases ${MYSQL_PREFIX}_…`,
    );
  }
}

/** What is not GraphQL is at its subgraph's own port. */
function urlsOf(environments: Environments): DemoFile['urls'] {
  const { gatewayUrl: url } = environments;
  const authUrl = environments.originOf('auth') ?? url;
  const notificationsUrl = environments.originOf('notifications');
  return {
    graphql: `${url}/graphql`,
    ws: `${url.replace('http', 'ws')}/graphql`,
    token: `${authUrl}/v1/oauth/token`,
    jwks: `${authUrl}/.well-known/jwks.json`,
    health: `${url}/health/ready`,
    metrics: `${url}/metrics`,
    ...(notificationsUrl !== undefined && { mailbox: `${notificationsUrl}/dev/mailbox` }),
    accountMailbox: `${authUrl}/dev/mailbox`,
  };
}

function end(platform: ServicesPlatform, code: number, line?: string): void {
  if (ending) return;
  if (line !== undefined) process.stderr.write(`${line}\n`);
  ending = platform.stop().then(
    () => process.exit(code),
    (error: unknown) => {
      process.stderr.write(`The platform did not stop cleanly: ${lineOf(error)}\n`);
      process.exit(1);
    },
  );
}

main().catch((error: unknown) => {
  process.stderr.write(`${lineOf(error)}\n`);
  process.exit(1);
});
