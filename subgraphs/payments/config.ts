import { z } from 'zod';
import { ConfigError, readEnvironment, setting } from '#shared/config';

const schema = z.object({
  PAYMENTS_URL: setting.optionalUrl(),
  PAYMENTS_API_KEY: setting.optionalText(),
  PAYMENTS_WEBHOOK_SECRET: setting.optionalText(),
  PAYMENTS_TIMEOUT_MS: setting.integer({ min: 100, max: 60_000, fallback: 8_000 }),
  PAYMENTS_LEASE_MS: setting.integer({ min: 100, max: 60_000, fallback: 10_000 }),
});

export interface ProviderConfig {
  /** Base URL of the Stripe-shaped API, without a trailing slash. */
  readonly url: string;
  readonly apiKey: string;
  readonly webhookSecret: string;
  readonly timeoutMs: number;
}

export interface PaymentsConfig {
  /** Null when no provider is configured: payments then wait until one is. */
  readonly provider: ProviderConfig | null;
  /** How long a payment without an answer is left alone before it is asked for again. */
  readonly leaseMs: number;
}

/** @throws {ConfigError} when a variable is malformed, or only some of the provider's three are there. */
export function readPaymentsConfig(environment: NodeJS.ProcessEnv): PaymentsConfig {
  const values = readEnvironment(environment, schema);
  return { provider: readProvider(values), leaseMs: values.PAYMENTS_LEASE_MS };
}

function readProvider(values: z.infer<typeof schema>): ProviderConfig | null {
  const { PAYMENTS_URL: url, PAYMENTS_API_KEY: apiKey, PAYMENTS_WEBHOOK_SECRET: webhookSecret } = values;
  if (url && apiKey && webhookSecret) {
    return { url: url.replace(/\/$/, ''), apiKey, webhookSecret, timeoutMs: values.PAYMENTS_TIMEOUT_MS };
  }
  if (!url && !apiKey && !webhookSecret) return null;
  throw new ConfigError('PAYMENTS_URL, PAYMENTS_API_KEY, PAYMENTS_WEBHOOK_SECRET: set all three or none');
}
