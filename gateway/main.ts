import { redisStreamsTransport } from '#shared/events';
import { type OpenEvents, startGateway } from './start';

const openEvents: OpenEvents = ({ REDIS_URL, EVENTS_PREFIX, EVENTS_PARTITIONS }, log) => {
  const transport = redisStreamsTransport({
    url: REDIS_URL,
    prefix: EVENTS_PREFIX,
    partitions: EVENTS_PARTITIONS,
    log,
  });
  return { tail: { subscribe: (listener) => transport.tail(listener) }, close: () => transport.close() };
};

async function main(): Promise<void> {
  const gateway = await startGateway(openEvents);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      void gateway.close();
    });
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
