import { type ChildProcess, fork } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { ConfigError } from '#shared/config';
import { ask, heard, stop } from '../gateway/processes';
import { peakMegabytes, processorMs } from '../gateway/processor-time';
import { createIssuer } from '../gateway/tokens';
import { type Figure, lines } from '../report';
import { type Sample, summarise } from '../statistics';
import {
  type AnnounceOrder,
  type Announced,
  type ClientsOrder,
  type ClientsReady,
  type GatewayOrder,
  type GatewayReady,
  type WaitOrder,
  type Waited,
} from './messages';

const usage = 'npm run bench -- subscriptions [--sockets 1000] [--rounds 40]';
const wholeNumber = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const argumentsSchema = z.object({
  sockets: wholeNumber(10, 5_000).default(1_000),
  rounds: wholeNumber(1, 1_000).default(40),
});

/** Before anything is measured: V8 compiles what runs often. */
const warmUpRounds = 20;
/** People who look at the same thing on several screens. */
const fewPeople = 20;
const targets = { p99: 250, memory: 400 };
/** As `npm start` sets it. */
const nodeOptions = ['--max-semi-space-size=16'];

/** The second one hears of one case only, of which there is seldom anything to hear. */
const queries = [
  'subscription { caseChanged { id title reviews { rating text } } }',
  'subscription { caseChanged(caseId: "quiet") { id title reviews { rating text } } }',
];

type Given = z.infer<typeof argumentsSchema>;

/** `npm run bench -- subscriptions`: one event to many sockets, and what they cost. */
export async function benchSubscriptions(argv: readonly string[]): Promise<void> {
  const given = readArguments(argv);
  const figures = [
    ...(await measureGateway('each of another person', given.sockets, given)),
    ...(await measureGateway(`of ${String(fewPeople)} people`, fewPeople, given)),
  ];
  const [first] = cpus();
  process.stdout.write(
    [
      '',
      `  ${String(given.sockets)} sockets × ${String(queries.length)} subscriptions, in one process   Node ${process.version}`,
      `  ${String(cpus().length)} cores (${first?.model.trim() ?? 'unknown'}), load ${(loadavg()[0] ?? 0).toFixed(1)}`,
      '',
      ...lines(figures),
      '',
      '',
    ].join('\n'),
  );
}

/** @throws {ConfigError} with the usage */
function readArguments(argv: readonly string[]): Given {
  try {
    const text = { type: 'string' } as const;
    return argumentsSchema.parse(parseArgs({ args: [...argv], options: { sockets: text, rounds: text } }).values);
  } catch (cause) {
    throw new ConfigError(usage, { cause });
  }
}

/** A gateway of its own for each, so that the memory of one is not that of another. */
async function measureGateway(whose: string, people: number, { sockets, rounds }: Given): Promise<Figure[]> {
  const gateway = fork(require.resolve('./gateway/main'), { execArgv: nodeOptions });
  const clients = fork(require.resolve('./clients/main'), { execArgv: [] });
  try {
    const issuer = createIssuer();
    const { audience, keys } = issuer;
    const order: GatewayOrder = { issuer: issuer.issuer, audience, keys };
    const { port } = await ask<GatewayReady>(gateway, order);
    const tokens = issuer.bearers(people);
    const url = `ws://127.0.0.1:${String(port)}/graphql`;
    const authorizations = Array.from({ length: sockets }, (_, index) => tokens[index % people] ?? '');
    const clientsOrder: ClientsOrder = { url, authorizations, queries };
    await ask<ClientsReady>(clients, clientsOrder);
    const processes = { gateway, clients, sockets };
    await measureRounds(processes, warmUpRounds);
    const { delivered, processor } = await measureRounds(processes, rounds);
    const memory = peakMegabytes([gateway.pid ?? 0]);
    return [
      { name: `event → result, ${whose}, p50`, value: delivered.p50, unit: 'ms' },
      { name: `event → result, ${whose}, p99`, value: delivered.p99, unit: 'ms', target: targets.p99 },
      { name: `processor time of an event, ${whose}`, value: processor, unit: 'ms' },
      { name: `memory at most, ${whose}`, value: memory, unit: 'MB', target: targets.memory },
    ];
  } finally {
    await Promise.all([stop(clients), stop(gateway)]);
  }
}

interface Processes {
  readonly gateway: ChildProcess;
  readonly clients: ChildProcess;
  readonly sockets: number;
}

/** One event after the other, each to all sockets. */
async function measureRounds(
  { gateway, clients, sockets }: Processes,
  rounds: number,
): Promise<{ readonly delivered: Sample; readonly processor: number }> {
  const durationsMs: number[] = [];
  const before = processorMs([gateway.pid ?? 0]);
  const startedAt = performance.now();
  for (let round = 0; round < rounds; round++) {
    const wait: WaitOrder = { results: sockets };
    const announce: AnnounceOrder = { caseId: `case-${String(round)}` };
    clients.send(wait);
    const received = heard<Waited>(clients);
    const { at } = await ask<Announced>(gateway, announce);
    const arrivals = await received;
    durationsMs.push(...arrivals.at.map((arrival) => Number(BigInt(arrival) - BigInt(at)) / 1e6));
  }
  const delivered = summarise(durationsMs, (performance.now() - startedAt) / 1_000);
  return { delivered, processor: (processorMs([gateway.pid ?? 0]) - before) / rounds };
}
