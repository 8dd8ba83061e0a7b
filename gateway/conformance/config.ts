import { z } from 'zod';
import { readEnvironment, setting } from '#shared/config';

const schema = z.object({
  /** Operations of each of the two comparisons of the differential test, over all supergraphs together. */
  DIFFERENTIAL_RUNS: setting.integer({ min: 6, max: 10_000_000, fallback: 1_500 }),
  /** The same seed makes the same operations; a failing run names its own. */
  DIFFERENTIAL_SEED: setting.integer({ min: 0, max: 2_147_483_647, fallback: 20_260_101 }),
});

/** @throws {ConfigError} naming every variable that is wrong */
export function readDifferentialConfig(environment: NodeJS.ProcessEnv = process.env): { runs: number; seed: number } {
  const settings = readEnvironment(environment, schema);
  return { runs: settings.DIFFERENTIAL_RUNS, seed: settings.DIFFERENTIAL_SEED };
}
