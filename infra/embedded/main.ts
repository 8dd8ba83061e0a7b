import 'reflect-metadata';
import { mkdirSync, accessSync, constants } from 'node:fs';
import { createServer } from 'node:net';
import { ConfigError } from '#shared/config';
import { DecryptionError } from '#shared/crypto';
import { RegionMismatchError } from '#shared/region';
import { DemoInterrupted, ensureDemo, type DemoFile } from '../demo/demo';
import { banner } from './banner';
import { readEmbeddedConfig, type EmbeddedConfig } from './config';
import { startPlatform, type EmbeddedPlatform } from './start-platform';

/** A start that cannot succeed, said in one line a newcomer can act on. */
class StartError extends Error {
  override readonly name = 'StartError';
}

async function main(): Promise<void> {
  const startedAt = performance.now();
  const config = readEmbeddedConfig(process.env);
  assertWritable(config.DATA_DIR);
  await assertFree(config);
  const platform = await startPlatform(config, process.env);
  stopOnSignals(platform);
  const demo = config.DEMO
    ? await ensureDemo(config.DATA_DIR, platform.running, { urls: urlsOf(platform.url), region: config.REGION })
    : null;
  process.stdout.write(
    banner(platform, demo, { dataDirectory: config.DATA_DIR, readyInMs: performance.now() - startedAt }),
  );
}

function urlsOf(url: string): DemoFile['urls'] {
  return {
    graphql: `${url}/graphql`,
    ws: `${url.replace('http', 'ws')}/graphql`,
    token: `${url}/v1/oauth/token`,
    jwks: `${url}/.well-known/jwks.json`,
    health: `${url}/health/ready`,
    metrics: `${url}/metrics`,
    mailbox: `${url}/dev/mailbox`,
    accountMailbox: `${url}/dev/mailbox`,
  };
}

function assertWritable(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.W_OK);
  } catch (cause) {
    throw new StartError(`DATA_DIR: cannot write to ${directory}`, { cause });
  }
}

/** Asks for the port before anything is opened, so that a taken one costs nothing. */
async function assertFree({ HOST: host, PORT: port }: EmbeddedConfig): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'is taken: stop what listens there, or set PORT' : 'cannot be used';
      reject(new StartError(`PORT: ${host}:${String(port)} ${why}`, { cause }));
    });
    probe.listen(port, host, () => {
      probe.close(() => {
        resolve();
      });
    });
  });
}

function stopOnSignals(platform: EmbeddedPlatform): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    platform.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        platform.log.error({ err: error }, 'The platform did not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

const expected = [StartError, ConfigError, DemoInterrupted, RegionMismatchError];

function lineOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof DecryptionError)
    return `DATA_DIR: the databases there were made under another key than keys/kek`;
  return expected.some((type) => error instanceof type) ? error.message : (error.stack ?? error.message);
}

main().catch((error: unknown) => {
  process.stderr.write(`${lineOf(error)}\n`);
  process.exit(1);
});
