import { type Worker } from '#shared/subgraph';
import { type AuthPorts } from '../ports';

/** Removes what has expired of the engine's records. What it removes nobody could have used any more. */
export const sweepRecords: Worker<AuthPorts> = {
  name: 'sweep-oauth-records',
  pollMs: 60_000,
  run: ({ system, ports, at }) => ports.oauth.records(system).sweep(at),
};
