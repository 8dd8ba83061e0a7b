import { z } from 'zod';
import { readEnvironment, setting } from '#shared/config';

const schema = z.object({
  FUZZ_INPUTS: setting.integer({ min: 1_000, max: 100_000_000, fallback: 100_000 }),
  /** The same seed makes the same inputs; a failing run names its own. */
  FUZZ_SEED: setting.integer({ min: 0, max: 2_147_483_647, fallback: 20_260_101 }),
});

/** @throws {ConfigError} naming every variable that is wrong */
export function readFuzzConfig(environment: NodeJS.ProcessEnv = process.env): { inputs: number; seed: number } {
  const settings = readEnvironment(environment, schema);
  return { inputs: settings.FUZZ_INPUTS, seed: settings.FUZZ_SEED };
}
