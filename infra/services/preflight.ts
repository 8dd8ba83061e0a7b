import { accessSync, constants, mkdirSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { redisStreamsTransport } from '#shared/events';
import { type ServicesConfig } from './config';
import { StartError } from './start-error';

const answerMs = 3_000;

/**
 * Finds out what would fail before any process is started, so that it is said once and not by each of them.
 * @throws {StartError}
 */
export async function assertCanStart(config: ServicesConfig): Promise<void> {
  assertWritable(config.DATA_DIR);
  await assertFree('PORT', config.HOST, config.PORT);
  if (config.S3_ENDPOINT === undefined) await assertFree('OBJECTS_PORT', config.HOST, config.OBJECTS_PORT);
  for (const { name, url } of config.subgraphs) {
    await assertFree(`SUBGRAPH_URL_${name.toUpperCase()}`, url.hostname, Number(url.port || 80));
  }
  await assertMysqlAnswers(config);
  await assertRedisAnswers(config);
}

function assertWritable(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.W_OK);
  } catch (cause) {
    throw new StartError(`DATA_DIR: cannot write to ${directory}`, { cause });
  }
}

async function assertFree(variable: string, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (cause: NodeJS.ErrnoException) => {
      const why =
        cause.code === 'EADDRINUSE' ? `is taken: stop what listens there, or set ${variable}` : 'cannot be used';
      reject(new StartError(`${variable}: ${host}:${String(port)} ${why}`, { cause }));
    });
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
}

/** Only that something listens; who may sign in, the first subgraph that opens its database finds out. */
async function assertMysqlAnswers({ MYSQL_HOST: host, MYSQL_PORT: port }: ServicesConfig): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const socket = connect({ host, port, timeout: answerMs });
    const fail = (): void => {
      socket.destroy();
      reject(new StartError(`MYSQL_HOST, MYSQL_PORT: there is no MySQL at ${host}:${String(port)}`));
    };
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', fail).once('timeout', fail);
  });
}

async function assertRedisAnswers(config: ServicesConfig): Promise<void> {
  const { REDIS_URL: url, EVENTS_PREFIX: prefix, EVENTS_PARTITIONS: partitions } = config;
  const transport = redisStreamsTransport({ url, prefix, partitions });
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<{ status: 'down' }>((resolve) => {
    timer = setTimeout(resolve, answerMs, { status: 'down' });
  });
  const { status } = await Promise.race([transport.health(), silence]);
  clearTimeout(timer);
  await transport.close();
  // Without what may be a user and a password in it.
  if (status === 'down') throw new StartError(`REDIS_URL: there is no Redis that answers at ${new URL(url).host}`);
}
