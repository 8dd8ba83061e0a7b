import { cpus, loadavg } from 'node:os';
import { hash, verify } from '@node-rs/argon2';
import { createTokenVerifier } from '#shared/auth';
import { type DemoFile } from '../../demo/demo';
import { PlatformProcess } from '../platform-process';
import { type Figure, lines } from '../report';
import { measure, type Sample } from '../statistics';
import { makeWorkplace } from '../workplace';
import { algorithms, audience, createSigner, issuer } from './signer';

const issued = { warmUp: 40, count: 400, concurrency: 8 };
const checked = { warmUp: 400, count: 4_000, concurrency: 1 };
const hashed = { warmUp: 5, count: 60, concurrency: 1 };
/** What the platform hashes secrets with unless told otherwise (subgraphs/auth/config.ts). */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** `npm run bench -- tokens`: what it costs to get a token, and to check one. */
export async function benchTokens(environment: NodeJS.ProcessEnv): Promise<void> {
  const figures = [...(await hashing()), ...(await issuing(environment)), ...(await verifying())];
  const [first] = cpus();
  const machine = `${String(cpus().length)} cores (${first?.model.trim() ?? 'unknown'})`;
  const load = (loadavg()[0] ?? 0).toFixed(1);
  const heading = ['', `  tokens   Node ${process.version}`, `  ${machine}, load ${load}`, ''];
  process.stdout.write([...heading, ...lines(figures), '', ''].join('\n'));
}

/** The floor under every token that is got by a secret. */
async function hashing(): Promise<Figure[]> {
  const phc = await hash('a secret of a client', cost);
  const work = (): Promise<boolean> => verify(phc, 'a secret of a client');
  await measure({ ...hashed, count: hashed.warmUp }, work);
  const memory = `${String(cost.memoryCost / 1_024)} MiB, ${String(cost.timeCost)} passes`;
  return [{ name: `Argon2id of one secret (${memory}), p50`, value: (await measure(hashed, work)).p50, unit: 'ms' }];
}

async function issuing(environment: NodeJS.ProcessEnv): Promise<Figure[]> {
  const workplace = await makeWorkplace('embedded', environment);
  const platform = await PlatformProcess.start(workplace);
  try {
    const work = tokenRequest(platform.demo);
    await measure({ ...issued, count: issued.warmUp }, work);
    const one = await measure({ ...issued, count: 100, concurrency: 1 }, work);
    const before = platform.processorMs();
    const many = await measure(issued, work);
    const processorMs = (platform.processorMs() - before) / issued.count;
    return [
      { name: 'client credentials, 1 at a time, p50', value: one.p50, unit: 'ms' },
      { name: 'client credentials, 8 at a time, p50', value: many.p50, unit: 'ms' },
      { name: 'client credentials, 8 at a time, p99', value: many.p99, unit: 'ms' },
      { name: 'client credentials, 8 at a time', value: many.count / many.seconds, unit: '/s' },
      { name: 'client credentials, processor time of each', value: processorMs, unit: 'ms' },
    ];
  } finally {
    await platform.stop();
    await workplace.remove();
  }
}

async function verifying(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const alg of algorithms) {
    const { keys, newToken } = createSigner(alg);
    const verifier = createTokenVerifier({ issuer, audience, keys });
    const tokens = Array.from({ length: checked.warmUp + checked.count }, newToken);
    await measure({ ...checked, count: checked.warmUp }, (position) => verifier(tokens[position] ?? ''));
    const unseen = await measure(checked, (position) => verifier(tokens[checked.warmUp + position] ?? ''));
    const seen = await measure(checked, () => verifier(tokens.at(-1) ?? ''));
    figures.push(
      { name: `check of a token, ${alg}, shown first`, value: microseconds(unseen), unit: 'µs' },
      { name: `check of a token, ${alg}, shown again`, value: microseconds(seen), unit: 'µs' },
    );
  }
  return figures;
}

/** On average: a single one is too short to be timed by itself. */
function microseconds({ seconds, count }: Sample): number {
  return (seconds * 1_000_000) / count;
}

function tokenRequest({ urls, clients }: DemoFile): () => Promise<void> {
  const [client] = clients;
  const { token: url } = urls;
  if (!client || url === undefined) throw new Error('The demo has no client');
  const credentials = Buffer.from(`${client.clientId}:${client.clientSecret}`).toString('base64');
  return async () => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Basic ${credentials}`, 'content-type': 'application/x-www-form-urlencoded' },
      body: 'grant_type=client_credentials',
    });
    await response.arrayBuffer();
    if (response.status !== 200) throw new Error(`The token endpoint answered ${String(response.status)}`);
  };
}
