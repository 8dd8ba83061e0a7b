import { fork } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type GatewayBenchArguments, readGatewayBenchArguments } from './config';
import { type Contestant } from './contestant';
import { type SubgraphsReady } from './messages';
import { floor } from './floor';
import { ownGateways } from './own';
import { installPeers, peerGateways } from './peers';
import { heard, stop } from './processes';
import { selfTimes } from './profile';
import { type Durations, type Entrant, type Measured, type Surroundings, measureInterleaved } from './rounds';
import { shopOperations } from './shop';
import { report } from './table';
import { GatewayWorkplace } from './workplace';

/** The same for every gateway that runs on Node: answers are garbage as soon as they are sent. */
const nodeOptions = ['--max-semi-space-size=32'];

/** `npm run bench -- gateway`: ours beside its peers, and with each feature by itself. */
export async function benchGateway(argv: readonly string[]): Promise<void> {
  const given = readGatewayBenchArguments(argv);
  const profile = given.profile === undefined ? undefined : resolve(given.profile);
  if (profile !== undefined) mkdirSync(profile, { recursive: true });
  const subgraphs = fork(require.resolve('./subgraphs/main'), { execArgv: [] });
  const workplace = new GatewayWorkplace(await heard<SubgraphsReady>(subgraphs));
  // Whatever ends the bench leaves neither a process nor a folder: the others end with it, or at this event.
  process.once('exit', () => workplace.remove());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  const load = fork(require.resolve('./load/main'), [...workplace.authorizations], { execArgv: [] });
  try {
    const refusal = await installPeers(say);
    if (refusal !== null) say(`no peers: npm could not install them: ${refusal}`);
    const peers = refusal === null ? peerGateways(workplace, nodeOptions) : [];
    const own = ownGateways({ workplace, nodeOptions, profile });
    const chosen = chooseFrom([...peers, floor({ workplace, nodeOptions }), ...own], given);
    const around: Surroundings = { load, subgraphs, say };
    const features = chosen.filter(({ group }) => group === 'feature');
    const whole = chosen.filter(({ group }) => group !== 'feature');
    const gateways = await measureGroup(whole, { ...around, ...given.peers });
    const byFeature = given.features ? await measureGroup(features, { ...around, ...given.features }) : [];
    process.stdout.write(report(gateways, byFeature));
    if (profile !== undefined) writeSelfTimes(profile);
  } finally {
    await Promise.all([stop(load), stop(subgraphs)]);
  }
}

function chooseFrom(all: readonly Contestant[], { only }: GatewayBenchArguments): Contestant[] {
  return all.filter(({ name }) => only === null || only.some((part) => name.toLowerCase().includes(part)));
}

/** All of them run at the same time; one at a time has work. */
async function measureGroup(contestants: readonly Contestant[], around: Surroundings & Durations): Promise<Measured[]> {
  if (contestants.length === 0) return [];
  const entrants: Entrant[] = [];
  try {
    for (const contestant of contestants) {
      try {
        entrants.push({ contestant, gateway: await contestant.start() });
      } catch (error) {
        say(`${contestant.name} is left out: ${(error as Error).message}`);
      }
    }
    const measured: Measured[] = [];
    for (const operation of shopOperations) {
      measured.push(...(await measureInterleaved(entrants, operation, around)));
    }
    return measured;
  } finally {
    await Promise.all(entrants.map(({ gateway }) => gateway.stop()));
  }
}

function writeSelfTimes(profile: string): void {
  for (const transport of readdirSync(profile)) {
    for (const file of readdirSync(join(profile, transport)).filter((name) => name.endsWith('.cpuprofile'))) {
      process.stdout.write(`\nSelf time, ${transport}, ${file}:\n${selfTimes(join(profile, transport, file))}\n`);
    }
  }
}

function say(what: string): void {
  process.stderr.write(`${performance.now().toFixed(0).padStart(8)} ms  ${what}\n`);
}
