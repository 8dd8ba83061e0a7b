import { parseArgs } from 'node:util';
import { z } from 'zod';
import { ConfigError, readEnvironment, setting } from '#shared/config';

export const usage = 'npm run bench -- [--mode embedded|services] [--patients 10000] [--cases 24] [--profile FOLDER]';

const wholeNumber = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

const argumentsSchema = z.object({
  mode: z.enum(['embedded', 'services']).default('embedded'),
  patients: wholeNumber(100, 1_000_000).default(10_000),
  /** At least 20, or a 95th percentile says nothing. */
  cases: wholeNumber(20, 1_000).default(24),
  /** Where the platform's processes write CPU profiles of the measured part. */
  profile: z.string().min(1).optional(),
});

export type BenchArguments = z.infer<typeof argumentsSchema>;

/** @throws {ConfigError} with the usage */
export function readArguments(argv: readonly string[]): BenchArguments {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: { mode: text, patients: text, cases: text, profile: text },
    });
    return argumentsSchema.parse(values);
  } catch (cause) {
    throw new ConfigError(usage, { cause });
  }
}

const servicesSchema = z.object({
  MYSQL_HOST: setting.text('127.0.0.1'),
  MYSQL_PORT: setting.integer({ min: 1, max: 65_535, fallback: 3306 }),
  MYSQL_USER: setting.text('root'),
  MYSQL_PASSWORD: z.string().default(''),
  REDIS_URL: setting.url('redis://127.0.0.1:6379'),
});

export type Services = z.infer<typeof servicesSchema>;

/** Where MySQL and Redis are, in the variables the platform itself reads. */
export function readServices(environment: NodeJS.ProcessEnv): Services {
  return readEnvironment(environment, servicesSchema);
}
