import { ConfigError } from '#shared/config';
import { readSimulatorConfig } from './config';
import { startSimulators, type Simulators } from './start-simulators';

async function main(): Promise<void> {
  const config = readSimulatorConfig(process.env);
  const simulators = await startSimulators({
    directory: config.DATA_DIR,
    webhookUrl: config.PAYMENTS_WEBHOOK_URL,
    host: config.HOST,
    ports: { derm: config.DERM_SIMULATOR_PORT, payments: config.PAYMENTS_SIMULATOR_PORT },
    secrets: {
      derm: { apiKey: config.DERM_API_KEY, callbackSecret: config.DERM_CALLBACK_SECRET },
      payments: { apiKey: config.PAYMENTS_API_KEY, webhookSecret: config.PAYMENTS_WEBHOOK_SECRET },
    },
  });
  stopOnSignals(simulators);
  process.stdout.write(`DERM simulator, not for clinical use: ${simulators.dermUrl}\n`);
  process.stdout.write(`Payment sandbox: ${simulators.paymentsUrl}\n`);
}

function stopOnSignals(simulators: Simulators): void {
  const stop = (): void => {
    simulators.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

main().catch((error: unknown) => {
  const text = error instanceof ConfigError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${text ?? ''}\n`);
  process.exit(1);
});
