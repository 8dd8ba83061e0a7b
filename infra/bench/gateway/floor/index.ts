import { fork } from 'node:child_process';
import { type Contestant } from '../contestant';
import { type GatewayReady } from '../messages';
import { heard, stop } from '../processes';
import { type GatewayWorkplace } from '../workplace';

/**
 * What no gateway on Node's own HTTP server can go below: it reads the request, sends the fetches that ours would send by
 * the same transport, reads their answers, and writes an answer that it had before.
 */
export function floor({
  workplace,
  nodeOptions,
}: {
  workplace: GatewayWorkplace;
  nodeOptions: readonly string[];
}): Contestant {
  return {
    ...{ name: 'floor: the same fetches, no gateway', version: '', group: 'floor', callers: 'returning' },
    start: async () => {
      const child = fork(require.resolve('./main'), [workplace.floorSettings()], { execArgv: [...nodeOptions] });
      const { port } = await heard<GatewayReady>(child);
      return { port, path: '/graphql', pids: [child.pid ?? 0], stop: () => stop(child) };
    },
  };
}
