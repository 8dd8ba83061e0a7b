import { startSimulators } from '../simulators/start-simulators';
import { readSimulatorsProcess } from './config';
import { runProcess } from './run-process';

/** Stand-ins for the AI and payment providers. */
runProcess(async () => {
  const config = readSimulatorsProcess();
  const simulators = await startSimulators({
    directory: config.SIMULATORS_DIR,
    webhookUrl: config.PAYMENTS_WEBHOOK_URL,
    secrets: {
      derm: { apiKey: config.DERM_API_KEY, callbackSecret: config.DERM_CALLBACK_SECRET },
      payments: { apiKey: config.PAYMENTS_API_KEY, webhookSecret: config.PAYMENTS_WEBHOOK_SECRET },
    },
  });
  const { dermUrl, paymentsUrl } = simulators;
  return {
    url: dermUrl,
    settings: { DERM_URL: dermUrl, PAYMENTS_URL: paymentsUrl },
    stop: () => simulators.close(),
  };
});
