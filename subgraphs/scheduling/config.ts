import { z } from 'zod';
import { readEnvironment, setting } from '#shared/config';

const schema = z.object({
  SLOT_TOKEN_MINUTES: setting.integer({ min: 1, max: 1_440, fallback: 60 }),
});

export interface SchedulingConfig {
  /** How long a slot that was shown can be booked without asking for slots again. */
  readonly slotTokenMinutes: number;
}

/** @throws {ConfigError} when a variable is malformed. */
export function readSchedulingConfig(environment: NodeJS.ProcessEnv): SchedulingConfig {
  return { slotTokenMinutes: readEnvironment(environment, schema).SLOT_TOKEN_MINUTES };
}
