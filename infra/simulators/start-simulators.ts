import { join } from 'node:path';
import { createDermSimulator } from './derm/derm-simulator';
import { createPaymentSimulator } from './payments/payment-simulator';

export interface Simulators {
  readonly dermUrl: string;
  readonly paymentsUrl: string;
  close(): Promise<void>;
}

interface SimulatorOptions {
  /** Payments are kept in a file below it. */
  readonly directory: string;
  /** Where the payment simulator sends its events. */
  readonly webhookUrl: string;
  readonly secrets: {
    readonly derm: { readonly apiKey: string; readonly callbackSecret: string };
    readonly payments: { readonly apiKey: string; readonly webhookSecret: string };
  };
  /** Both free ones unless given. */
  readonly ports?: { readonly derm: number; readonly payments: number };
  readonly host?: string;
}

/** Starts both providers; when the second cannot start, the first is closed again. */
export async function startSimulators(options: SimulatorOptions): Promise<Simulators> {
  const { directory, webhookUrl, secrets, ports = { derm: 0, payments: 0 }, host } = options;
  const derm = createDermSimulator(secrets.derm);
  const payments = createPaymentSimulator({
    apiKey: secrets.payments.apiKey,
    webhook: { url: webhookUrl, secret: secrets.payments.webhookSecret },
    statePath: join(directory, 'simulators', 'payments.json'),
  });
  const close = async (): Promise<void> => {
    await Promise.all([derm.close(), payments.close()]);
  };
  try {
    const dermUrl = await derm.listen(ports.derm, host);
    const paymentsUrl = await payments.listen(ports.payments, host);
    return { dermUrl, paymentsUrl, close };
  } catch (error) {
    await close();
    throw error;
  }
}
