import { type ChildProcess } from 'node:child_process';
import { isDeepStrictEqual } from 'node:util';
import { type Contestant, type RunningGateway } from './contestant';
import { type Fetches, type LoadOrder, type LoadReport } from './messages';
import { ask } from './processes';
import { forgetPeak, peakMegabytes } from './processor-time';
import { type ShopOperation } from './shop';

const connections = 50;

export interface Durations {
  readonly rounds: number;
  readonly warmUpMs: number;
  /** Before each round of each gateway. */
  readonly leadInMs: number;
  /** Of one round of one gateway. */
  readonly roundMs: number;
}

/** Medians over the rounds. */
export interface Measured {
  readonly contestant: Contestant;
  readonly operation: ShopOperation['name'];
  /** Of the gateway's processes, for one request. */
  readonly processorMs: number;
  readonly p50: number;
  readonly p99: number;
  /** Resident, at its highest. */
  readonly megabytes: number;
  /** Requests to subgraphs over HTTP, for one request to the gateway. */
  readonly fetches: number;
  readonly requests: number;
  readonly failures: number;
  /** Whether the answer is the same as the reference's; null without one. */
  readonly isSame: boolean | null;
}

export interface Entrant {
  readonly contestant: Contestant;
  readonly gateway: RunningGateway;
}

/** The processes that every gateway has to do with. */
export interface Surroundings {
  readonly load: ChildProcess;
  readonly subgraphs: ChildProcess;
  readonly say: (line: string) => void;
}

/**
 * Every gateway in turn, again and again, so that a busy minute of the machine is everybody's. The first one's answers are
 * the reference.
 */
export async function measureInterleaved(
  entrants: readonly Entrant[],
  operation: ShopOperation,
  { load, subgraphs, say, rounds, warmUpMs, leadInMs, roundMs }: Surroundings & Durations,
): Promise<Measured[]> {
  const run = (entrant: Entrant, times: Pick<LoadOrder, 'leadInMs' | 'durationMs'>): Promise<LoadReport> =>
    ask<LoadReport>(load, { ...orderOf(entrant, operation), ...times });
  const first = new Map<Entrant, { readonly answer: string; readonly fetches: number }>();
  for (const entrant of entrants) {
    const before = await fetchesOf(subgraphs);
    const { answer, count } = await run(entrant, { leadInMs: 0, durationMs: warmUpMs });
    first.set(entrant, { answer, fetches: ((await fetchesOf(subgraphs)) - before) / count });
    forgetPeak(entrant.gateway.pids);
    await entrant.gateway.profile?.(operation.name);
  }
  const reports = new Map<Entrant, LoadReport[]>(entrants.map((entrant) => [entrant, []]));
  for (let round = 1; round <= rounds; round++) {
    say(`${operation.name} query, round ${String(round)} of ${String(rounds)}`);
    for (const entrant of entrants) reports.get(entrant)?.push(await run(entrant, { leadInMs, durationMs: roundMs }));
  }
  const reference = entrants[0] && first.get(entrants[0])?.answer;
  return entrants.map((entrant) => ({
    ...summaryOf(reports.get(entrant) ?? []),
    contestant: entrant.contestant,
    operation: operation.name,
    megabytes: peakMegabytes(entrant.gateway.pids),
    fetches: first.get(entrant)?.fetches ?? NaN,
    isSame: isSameAnswer(first.get(entrant)?.answer, reference),
  }));
}

async function fetchesOf(subgraphs: ChildProcess): Promise<number> {
  const { fetches } = await ask<Fetches>(subgraphs, { kind: 'count' });
  return Object.values(fetches).reduce((total, count) => total + count, 0);
}

function orderOf(
  { gateway: { port, path, pids }, contestant: { callers } }: Entrant,
  { query, variables }: ShopOperation,
): Omit<LoadOrder, 'leadInMs' | 'durationMs'> {
  return { port, path, pids, connections, callers, body: JSON.stringify({ query, variables }) };
}

function summaryOf(
  reports: readonly LoadReport[],
): Pick<Measured, 'processorMs' | 'p50' | 'p99' | 'requests' | 'failures'> {
  const middle = (read: (report: LoadReport) => number): number => median(reports.map(read));
  return {
    processorMs: middle(({ processorMs, count }) => processorMs / count),
    p50: middle(({ p50 }) => p50),
    p99: middle(({ p99 }) => p99),
    requests: reports.reduce((total, { count }) => total + count, 0),
    failures: reports.reduce((total, { failures }) => total + failures, 0),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN;
}

/** As JSON: the order of fields is the gateway's affair, the order of lists is not. */
function isSameAnswer(answer: string | undefined, reference: string | undefined): boolean | null {
  if (answer === undefined || reference === undefined) return null;
  try {
    return isDeepStrictEqual(JSON.parse(answer), JSON.parse(reference));
  } catch {
    return false;
  }
}
