import { parseArgs } from 'node:util';
import { ConfigError } from '#shared/config';
import { type Durations } from './rounds';

const usage = 'npm run bench -- gateway [--quick] [--only NAME,NAME] [--profile FOLDER]';

export interface GatewayBenchArguments {
  readonly peers: Durations;
  /** Null leaves them out. */
  readonly features: Durations | null;
  /** Gateways whose names contain one of these; all when absent. */
  readonly only: readonly string[] | null;
  readonly profile: string | undefined;
}

const thorough = {
  peers: { rounds: 3, warmUpMs: 2_500, leadInMs: 500, roundMs: 3_000 },
  features: { rounds: 3, warmUpMs: 1_500, leadInMs: 500, roundMs: 1_500 },
};
/** To see that everything works: V8 has not finished with our gateway after so little. */
const quick = { peers: { rounds: 2, warmUpMs: 1_500, leadInMs: 200, roundMs: 700 }, features: null };

/** @throws {ConfigError} with the usage */
export function readGatewayBenchArguments(argv: readonly string[]): GatewayBenchArguments {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: { quick: { type: 'boolean' }, only: { type: 'string' }, profile: { type: 'string' } },
    });
    const only = values.only?.toLowerCase().split(',') ?? null;
    return { ...(values.quick ? quick : thorough), only, profile: values.profile };
  } catch (cause) {
    throw new ConfigError(usage, { cause });
  }
}
