import { z } from 'zod';
import { readEnvironment, setting } from '#shared/config';

const secret = z.string('is missing').min(16, 'must have at least 16 characters');

const schema = z.object({
  HOST: setting.text('127.0.0.1'),
  DATA_DIR: setting.text('.data'),
  DERM_SIMULATOR_PORT: setting.port(4101),
  DERM_API_KEY: secret,
  DERM_CALLBACK_SECRET: secret,
  PAYMENTS_SIMULATOR_PORT: setting.port(4102),
  PAYMENTS_API_KEY: secret,
  PAYMENTS_WEBHOOK_SECRET: secret,
  PAYMENTS_WEBHOOK_URL: setting.url('http://127.0.0.1:4000/v1/callbacks/payments'),
});

export type SimulatorConfig = z.infer<typeof schema>;

/** @throws {ConfigError} naming every variable that is missing or wrong */
export function readSimulatorConfig(environment: NodeJS.ProcessEnv): SimulatorConfig {
  return readEnvironment(environment, schema);
}
