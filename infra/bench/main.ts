import 'reflect-metadata';
import { mkdirSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { inspect } from 'node:util';
import { resolve } from 'node:path';
import { ConfigError } from '#shared/config';
import { readCasePage, registerPatient, reviewCases } from './cases';
import { BenchClient } from './client';
import { type BenchArguments, readArguments } from './config';
import { drained, eventLatency } from './events';
import { PlatformProcess } from './platform-process';
import { type Figure, type Machine, table } from './report';
import { samplePatient } from './sample-patient';
import { seedPatients } from './seed-patients';
import { measure, type Sample } from './statistics';
import { makeWorkplace, type Workplace } from './workplace';

const casePages = { warmUp: 60, count: 480 };
const mutations = { warmUp: 32, count: 480, concurrency: 16 };

async function main(): Promise<void> {
  const [what, ...rest] = process.argv.slice(2);
  // Loaded when they are wanted: they bring an undici that takes the place of the one behind Node's own fetch, which then
  // refuses the content-length header that a picture is uploaded with.
  if (what === 'gateway') return (await import('./gateway/index.js')).benchGateway(rest);
  if (what === 'subscriptions') return (await import('./subscriptions/index.js')).benchSubscriptions(rest);
  if (what === 'tokens') return (await import('./tokens/index.js')).benchTokens(process.env);
  if (what === 'decisions') return (await import('./decisions/index.js')).benchDecisions();
  const given = readArguments(what === 'main-job' ? rest : process.argv.slice(2));
  const workplace = await makeWorkplace(given.mode, process.env);
  // So that an interrupted bench leaves neither a process nor a folder.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void giveUp(workplace));
  try {
    const figures = await bench(workplace, given);
    process.stdout.write(table(await machine(workplace, given), figures));
  } finally {
    await remove(workplace);
  }
}

let removal: Promise<void> | null = null;

/** Once: an interrupted bench ends twice, by the signal and by the platform that is gone. */
function remove(workplace: Workplace): Promise<void> {
  return (removal ??= workplace.remove());
}

async function giveUp(workplace: Workplace): Promise<void> {
  await running?.stop();
  await remove(workplace);
  process.exit(130);
}

let running: PlatformProcess | null = null;

async function bench(workplace: Workplace, given: BenchArguments): Promise<Figure[]> {
  say('first start, on nothing');
  running = await PlatformProcess.start(workplace);
  const first = running.readyInMs;
  await running.stop();
  say(`seeding ${String(given.patients)} patients`);
  const [organisation] = running.demo.organisations;
  if (!organisation) throw new Error('The demo data have no organisation');
  const seedingAt = performance.now();
  const patientIds = await seedPatients(workplace, organisation, given.patients);
  const seeding = (performance.now() - seedingAt) / 1000;
  say('second start, with the patients');
  running = await PlatformProcess.start(workplace, profiling(given));
  const second = running.readyInMs;
  try {
    return [
      { name: 'first start to ready', value: first / 1000, unit: 's', ...onlyEmbedded(given, { target: 5 }) },
      {
        name: 'start to ready, with the patients',
        value: second / 1000,
        unit: 's',
        ...onlyEmbedded(given, { target: 5 }),
      },
      { name: 'seeding the patients', value: seeding, unit: 's', target: 60 },
      ...(await measureAll(running, workplace, { given, patientIds })),
    ];
  } finally {
    await running.stop();
  }
}

interface Subjects {
  readonly given: BenchArguments;
  readonly patientIds: readonly string[];
}

async function measureAll(
  platform: PlatformProcess,
  workplace: Workplace,
  { given, patientIds }: Subjects,
): Promise<Figure[]> {
  say('waiting until the events of the patients are handled');
  await drained(workplace);
  const { demo } = platform;
  const client = await BenchClient.signIn(demo);
  const step = Math.floor(patientIds.length / given.cases);
  const chosen = patientIds.filter((_, index) => index % step === 0).slice(0, given.cases);
  say(`${String(given.cases)} cases through the AI`);
  const from = new Date();
  const { caseIds, reviewed } = await reviewCases({ demo, client, directory: workplace.directory, patientIds: chosen });
  await drained(workplace);
  const events = await eventLatency(workplace, from, new Date());
  say('case pages');
  const page = (position: number): Promise<unknown> => readCasePage(client, caseIds[position % caseIds.length] ?? '');
  await measure({ count: casePages.warmUp, concurrency: 1 }, page);
  const before = platform.processorMs();
  const alone = await measure({ count: casePages.count, concurrency: 1 }, page);
  const processorMs = (platform.processorMs() - before) / alone.count;
  const together = await measure({ count: casePages.count, concurrency: 8 }, page);
  say('new patients');
  const register = (position: number): Promise<unknown> => registerPatient(client, samplePatient(1_000_000 + position));
  await measure({ ...mutations, count: mutations.warmUp }, (position) => register(mutations.count + position));
  const registered = await measure(mutations, register);
  await drained(workplace);
  client.close();
  const pageTargets = onlyEmbedded(given, { p50: 15, p99: 60 });
  return [
    ...latency('submit → AI result', reviewed, { p95: 1_500 }),
    ...latency('commit → handler', events, { p50: 5, p95: 20 }),
    ...latency('case page, 1 at a time', alone, pageTargets),
    ...latency('case page, 8 at a time', together, pageTargets),
    { name: 'case page, processor time', value: processorMs, unit: 'ms' },
    { name: 'case pages, 8 at a time', value: together.count / together.seconds, unit: '/s' },
    { name: 'createPatient, 16 at a time', value: registered.count / registered.seconds, unit: '/s' },
    ...latency('createPatient, 16 at a time', registered, {}),
    ...memory(platform, given),
  ];
}

function latency(name: string, sample: Sample, targets: Partial<Record<'p50' | 'p95' | 'p99', number>>): Figure[] {
  const upper = targets.p99 === undefined ? ('p95' as const) : ('p99' as const);
  return (['p50', upper] as const).map((which) => {
    const target = targets[which];
    return { name: `${name}, ${which}`, value: sample[which], unit: 'ms', ...(target !== undefined && { target }) };
  });
}

function memory(platform: PlatformProcess, given: BenchArguments): Figure[] {
  return platform.memory().map(({ name, megabytes }) => ({
    ...{ name: `memory of ${name}`, value: megabytes, unit: 'MB' },
    ...onlyEmbedded(given, { target: 400 }),
  }));
}

/** Targets that are for one process with nobody between its parts. */
function onlyEmbedded<T extends object>({ mode }: BenchArguments, targets: T): Partial<T> {
  return mode === 'embedded' ? targets : {};
}

function profiling({ profile }: BenchArguments): string[] {
  if (profile === undefined) return [];
  mkdirSync(profile, { recursive: true });
  return ['--cpu-prof', '--cpu-prof-dir', resolve(profile)];
}

async function machine(workplace: Workplace, { mode, patients }: BenchArguments): Promise<Machine> {
  const [first] = cpus();
  const database = await workplace.databaseVersion();
  const processor = first?.model.trim() ?? 'unknown';
  return { mode, patients, cores: cpus().length, processor, database, load: loadavg()[0] ?? 0 };
}

function say(what: string): void {
  process.stderr.write(`${performance.now().toFixed(0).padStart(8)} ms  ${what}\n`);
}

main().catch((error: unknown) => {
  const expected = error instanceof ConfigError;
  process.stderr.write(`${expected ? error.message : inspect(error)}\n`);
  process.exit(1);
});
