import { readArguments, usage } from './arguments';
import { readGatewayEnvironment } from './config';
import { followRedis } from './follow-redis';
import { startGateway } from './start';

async function main(): Promise<void> {
  const given = readArguments(process.argv.slice(2));
  if (!given) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  const gateway = await startGateway(followRedis, readGatewayEnvironment({ ...process.env, ...given }));
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
