import { type Worker } from '#shared/subgraph';
import { type AuthPorts } from '../ports';

/** Rotates the signing keys when it is time, and withdraws those whose time is over. Any number of processes may run it. */
export const rotateKeys: Worker<AuthPorts> = {
  name: 'rotate-keys',
  pollMs: 15_000,
  run: ({ system, ports, at }) => ports.signingKeys.keep(system.source, at),
};
