import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { startSimulators } from '../simulators/start-simulators';
import { readSimulatorsProcess } from './config';
import { runProcess } from './run-process';

const portsSchema = z.object({ derm: z.int(), payments: z.int() });

/** Stand-ins for the AI and payment providers. */
runProcess(async () => {
  const config = readSimulatorsProcess();
  const portsFile = join(config.SIMULATORS_DIR, 'simulators.ports.json');
  const simulators = await startSimulators({
    directory: config.SIMULATORS_DIR,
    ports: readPorts(portsFile),
    webhookUrl: config.PAYMENTS_WEBHOOK_URL,
    secrets: {
      derm: { apiKey: config.DERM_API_KEY, callbackSecret: config.DERM_CALLBACK_SECRET },
      payments: { apiKey: config.PAYMENTS_API_KEY, webhookSecret: config.PAYMENTS_WEBHOOK_SECRET },
    },
  });
  const { dermUrl, paymentsUrl } = simulators;
  writeFileSync(portsFile, JSON.stringify({ derm: portOf(dermUrl), payments: portOf(paymentsUrl) }));
  return {
    url: dermUrl,
    settings: { DERM_URL: dermUrl, PAYMENTS_URL: paymentsUrl },
    stop: () => simulators.close(),
  };
});

/** The ports of the last start: whoever was told an address then finds the simulators there after a restart. */
function readPorts(file: string): { derm: number; payments: number } {
  return existsSync(file) ? portsSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : { derm: 0, payments: 0 };
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}
