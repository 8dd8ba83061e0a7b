import { z } from 'zod';
import { readEnvironment, setting } from '#shared/config';

const schema = z.object({
  NOTIFICATION_LEASE_MS: setting.integer({ min: 500, max: 60_000, fallback: 10_000 }),
  NOTIFICATION_RETRY_BASE_MS: setting.integer({ min: 1, max: 3_600_000, fallback: 60_000 }),
  NOTIFICATION_DEFER_MS: setting.integer({ min: 10, max: 60_000, fallback: 5_000 }),
});

/** How long things may take and are put off, in milliseconds. */
export interface DeliveryTimings {
  /** How long a claimed delivery is left alone before another worker takes it over. */
  readonly leaseMs: number;
  /** First rest after a failed attempt; the following are 5, 30 and 120 times as long. */
  readonly retryBaseMs: number;
  /** Rest after the supergraph could not be read: nothing was tried, so no attempt is used up. */
  readonly deferMs: number;
}

/** @throws {ConfigError} when a variable is malformed. */
export function readDeliveryTimings(environment: NodeJS.ProcessEnv): DeliveryTimings {
  const values = readEnvironment(environment, schema);
  return {
    leaseMs: values.NOTIFICATION_LEASE_MS,
    retryBaseMs: values.NOTIFICATION_RETRY_BASE_MS,
    deferMs: values.NOTIFICATION_DEFER_MS,
  };
}
