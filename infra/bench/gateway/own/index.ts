import { fork } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Contestant, type RunningGateway } from '../contestant';
import { type Callers, type GatewayReady } from '../messages';
import { ask, heard, stop } from '../processes';
import { type Policy } from '../shop';
import { type GatewayWorkplace } from '../workplace';
import { type OwnSettings } from './settings';

type Transport = OwnSettings['transport'];

interface OwnFeatures extends Pick<OwnSettings, 'authentication' | 'limits' | 'rateLimits' | 'traced'> {
  readonly policies: readonly Policy[];
  readonly callers: Callers;
}

const none: OwnFeatures = {
  policies: [],
  callers: 'anonymous',
  ...{ authentication: false, limits: false, rateLimits: false, traced: 0 },
};
const auth: OwnFeatures = { ...none, policies: ['auth'], callers: 'returning', authentication: true };
const all: OwnFeatures = {
  policies: ['auth', 'consent', 'cost'],
  callers: 'returning',
  ...{ authentication: true, limits: true, rateLimits: true, traced: 0.1 },
};

/** Features by themselves, over a gateway that has none. Consent is somebody's to see, so it comes with auth. */
const features: Readonly<Record<string, OwnFeatures>> = {
  'no features': none,
  auth,
  'auth, every caller new': { ...auth, callers: 'new' },
  'auth and consent': { ...auth, policies: ['auth', 'consent'] },
  'limits and cost': { ...none, policies: ['cost'], limits: true },
  'rate limits by cost': { ...none, policies: ['cost'], limits: true, rateLimits: true },
  'tracing, one in ten': { ...none, traced: 0.1 },
  'tracing, every request': { ...none, traced: 1 },
  'all features': all,
};

export interface OwnOptions {
  readonly workplace: GatewayWorkplace;
  readonly nodeOptions: readonly string[];
  /** Folder for CPU profiles of the gateways with all features on. */
  readonly profile: string | undefined;
}

export function ownGateways(options: OwnOptions): Contestant[] {
  const gateway = (name: string, transport: Transport): Contestant => ({
    ...{ name, version: '', group: 'ours', callers: all.callers },
    start: () => start(name, { ...options, ...all, transport }),
  });
  return [
    gateway('ours, HTTP subgraphs', 'http'),
    gateway('ours, in process', 'in-process'),
    ...Object.entries(features).map(([name, given]): Contestant => ({
      ...{ name, version: '', group: 'feature', callers: given.callers },
      start: () => start(name, { ...options, ...given, transport: 'http', profile: undefined }),
    })),
  ];
}

async function start(
  name: string,
  { workplace, nodeOptions, profile, callers: _callers, ...given }: OwnOptions & OwnFeatures & { transport: Transport },
): Promise<RunningGateway> {
  const folder = profile === undefined ? null : join(profile, given.transport);
  if (folder !== null) mkdirSync(folder, { recursive: true });
  const file = workplace.ownSettings(name.replaceAll(/\W+/g, '-'), { ...given, profile: folder });
  const child = fork(require.resolve('./main'), [file], { execArgv: [...nodeOptions] });
  const { port } = await heard<GatewayReady>(child);
  return {
    ...{ port, path: '/graphql', pids: [child.pid ?? 0] },
    ...(folder !== null && { profile: (stretch: string) => ask(child, { stretch }) }),
    stop: () => stop(child),
  };
}
