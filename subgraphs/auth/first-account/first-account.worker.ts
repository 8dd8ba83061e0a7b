import { type Worker } from '#shared/subgraph';
import { type AuthPorts } from '../ports';
import { makeFirstAccount } from './first-account.service';

/** Once, when the subgraph begins; again only where that failed, and then it finds out for itself whether it is due. */
export const inviteFirstAdministrator: Worker<AuthPorts> = {
  name: 'invite-first-administrator',
  pollMs: 600_000,
  run: async ({ system, ports, at }) => {
    const { firstAccount } = ports;
    if (firstAccount) await makeFirstAccount({ system, ports, at }, firstAccount);
    return 0;
  },
};
