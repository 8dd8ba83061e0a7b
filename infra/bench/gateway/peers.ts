import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Contestant, type RunningGateway } from './contestant';
import { familyOf } from './processor-time';
import { freePort, stop } from './processes';
import { plainSdl, shopSubgraphs } from './shop';
import { type GatewayWorkplace } from './workplace';

// The bench is started from the root, and only TypeScript is compiled to dist/.
const source = resolve('infra/bench/gateway/peers');
/** Beside the sources the packages' own files would be taken for ours by compiler, linter and tests. */
const installed = resolve('.data/bench-peers');
const stamp = join(installed, '.installed');

/** The one binary of Grafbase that npm has in full; on other machines npm leaves it out. */
const grafbase = '@grafbase/cli-x86_64-unknown-linux-musl';

const patienceMs = 60_000;
const pollMs = 100;

/**
 * `npm ci` of the peers, unless it is done.
 * @returns null, or why it failed
 */
export async function installPeers(say: (line: string) => void): Promise<string | null> {
  const hash = createHash('sha256')
    .update(readFileSync(join(source, 'package-lock.json')))
    .digest('hex');
  mkdirSync(installed, { recursive: true });
  for (const file of readdirSync(source)) cpSync(join(source, file), join(installed, file));
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return null;
  say('installing the peers (npm ci), about a minute');
  rmSync(stamp, { force: true });
  const child = spawn('npm', ['ci', '--prefix', installed, '--no-audit', '--no-fund'], {
    cwd: installed,
    stdio: ['ignore', 'ignore', 'pipe'],
    shell: process.platform === 'win32',
  });
  const said = tail(child);
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) return said();
  writeFileSync(stamp, hash);
  return null;
}

/** How a peer is started, once its files are written. */
interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

interface Peer {
  readonly name: string;
  /** Packages whose versions are told; without the first one the peer is not there. */
  readonly packages: readonly string[];
  readonly path?: string;
  command(workplace: GatewayWorkplace, port: number): Command;
}

const node = (nodeOptions: readonly string[], ...args: string[]): Command => ({
  file: process.execPath,
  args: [...nodeOptions, ...args],
});

function peers(nodeOptions: readonly string[]): Peer[] {
  const hive = (name: string, ...flags: string[]): Peer => ({
    name,
    packages: [
      '@graphql-hive/gateway',
      ...(flags.includes('--hive-router-runtime') ? ['@graphql-hive/router-runtime'] : []),
    ],
    command: ({ plainSupergraph }, port) =>
      node(
        nodeOptions,
        ...[join(installed, 'node_modules/@graphql-hive/gateway/dist/bin.js'), 'supergraph', plainSupergraph],
        ...[
          '--host',
          '127.0.0.1',
          '--port',
          String(port),
          '--config-path',
          join(installed, 'hive.config.mjs'),
          ...flags,
        ],
      ),
  });
  return [
    {
      name: 'stock @apollo/gateway',
      packages: ['@apollo/gateway', '@apollo/server'],
      path: '/',
      command: ({ plainSupergraph }, port) =>
        node(nodeOptions, join(installed, 'apollo.mjs'), plainSupergraph, String(port)),
    },
    hive('Hive Gateway', '--jit'),
    hive('Hive + Rust planner', '--hive-router-runtime'),
    {
      name: 'Mercurius',
      packages: ['@mercuriusjs/gateway', 'mercurius'],
      command: (workplace, port) => {
        const services = shopSubgraphs.map((name) => ({ name, url: workplace.urlOf(name), schema: plainSdl(name) }));
        const file = workplace.write('mercurius.json', JSON.stringify(services));
        return node(nodeOptions, join(installed, 'mercurius.mjs'), file, String(port));
      },
    },
    {
      name: 'Grafbase (Rust)',
      packages: [grafbase],
      command: (workplace, port) => ({
        file: join(installed, 'node_modules', grafbase, 'grafbase'),
        args: ['--home', workplace.directory, 'dev', '--port', String(port), '--config', grafbaseFile(workplace)],
      }),
    },
  ];
}

function grafbaseFile(workplace: GatewayWorkplace): string {
  const subgraphs = shopSubgraphs.map((name) => {
    const schema = workplace.write(`${name}.graphql`, plainSdl(name));
    return `[subgraphs.${name}]\nurl = "${workplace.urlOf(name)}"\nschema_path = "${schema}"\n`;
  });
  const forwarded = '[[headers]]\nrule = "forward"\nname = "authorization"\n';
  return workplace.write('grafbase.toml', [forwarded, ...subgraphs].join('\n'));
}

export function peerGateways(workplace: GatewayWorkplace, nodeOptions: readonly string[]): Contestant[] {
  return peers(nodeOptions).map((peer) => ({
    name: peer.name,
    version: peer.packages.map((name) => `${name} ${versionOf(name) ?? '?'}`).join(', '),
    group: 'peer',
    callers: 'returning',
    start: async () => {
      const missing = peer.packages.find((name) => versionOf(name) === null);
      if (missing !== undefined) throw new Error(`${missing} is not installed`);
      const port = await freePort();
      return startPeer(peer.command(workplace, port), { port, path: peer.path ?? '/graphql' });
    },
  }));
}

function versionOf(name: string): string | null {
  const file = join(installed, 'node_modules', name, 'package.json');
  if (!existsSync(file)) return null;
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

async function startPeer(
  { file, args }: Command,
  { port, path }: Pick<RunningGateway, 'port' | 'path'>,
): Promise<RunningGateway> {
  const child = spawn(file, args, { cwd: installed, stdio: ['ignore', 'ignore', 'pipe'] });
  const end = (): void => void child.kill('SIGKILL');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  const said = tail(child);
  const deadline = performance.now() + patienceMs;
  while (!(await answers(`http://127.0.0.1:${String(port)}${path}`))) {
    if (child.exitCode === null && child.signalCode === null && performance.now() < deadline) await pause(pollMs);
    else {
      end();
      throw new Error(`it does not start: ${said()}`);
    }
  }
  return { port, path, pids: familyOf(child.pid ?? 0), stop: () => stop(child) };
}

async function answers(url: string): Promise<boolean> {
  try {
    const headers = { 'content-type': 'application/json' };
    const { status } = await fetch(url, { method: 'POST', headers, body: '{"query":"{ __typename }"}' });
    return status === 200;
  } catch {
    return false; // nobody listens yet
  }
}

/** The last lines of what a process says on standard error. */
function tail(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (text = (text + chunk).slice(-1_000)));
  return () => text.trim();
}
