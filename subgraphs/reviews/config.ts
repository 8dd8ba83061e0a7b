import { z } from 'zod';
import { ConfigError, readEnvironment, setting } from '#shared/config';

const schema = z.object({
  DERM_URL: setting.optionalUrl(),
  DERM_API_KEY: setting.optionalText(),
  DERM_CALLBACK_SECRET: setting.optionalText(),
  AI_RETRY_BASE_MS: setting.integer({ min: 1, max: 600_000, fallback: 5_000 }),
  AI_TIMEOUT_MS: setting.integer({ min: 100, max: 86_400_000, fallback: 120_000 }),
  STEP_LEASE_MS: setting.integer({ min: 100, max: 60_000, fallback: 10_000 }),
});

/** How long things may take and are put off, in milliseconds. */
export interface ReviewTimings {
  /** First pause after a failed attempt; it doubles with each further one. */
  readonly retryBaseMs: number;
  /** An AI review that takes longer goes to a human; a step's own `timeout` comes before it. */
  readonly aiTimeoutMs: number;
  /** How long a claimed step or AI review is left alone before another worker takes it over. */
  readonly leaseMs: number;
}

export interface DermConfig {
  readonly url: string;
  readonly apiKey: string;
  readonly callbackSecret: string;
}

export interface ReviewsConfig {
  /** Null when no AI provider is configured: AI steps then go to a human. */
  readonly derm: DermConfig | null;
  readonly timings: ReviewTimings;
}

/** @throws {ConfigError} when a variable is malformed, or only some of the provider's three are there. */
export function readReviewsConfig(environment: NodeJS.ProcessEnv): ReviewsConfig {
  const values = readEnvironment(environment, schema);
  const { AI_RETRY_BASE_MS: retryBaseMs, AI_TIMEOUT_MS: aiTimeoutMs, STEP_LEASE_MS: leaseMs } = values;
  return { derm: readDerm(values), timings: { retryBaseMs, aiTimeoutMs, leaseMs } };
}

function readDerm(values: z.infer<typeof schema>): DermConfig | null {
  const { DERM_URL: url, DERM_API_KEY: apiKey, DERM_CALLBACK_SECRET: callbackSecret } = values;
  if (url && apiKey && callbackSecret) return { url: url.replace(/\/$/, ''), apiKey, callbackSecret };
  if (!url && !apiKey && !callbackSecret) return null;
  throw new ConfigError('DERM_URL, DERM_API_KEY, DERM_CALLBACK_SECRET: set all three or none');
}
