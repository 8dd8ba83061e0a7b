import { followRedis } from './follow-redis';
import { startGateway } from './start';

async function main(): Promise<void> {
  const gateway = await startGateway(followRedis);
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
