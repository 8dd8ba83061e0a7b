import { cpus, loadavg } from 'node:os';
import { verdicts } from './bars';
import { type Measured } from './rounds';

/** The reference is the first row: `×` says how many times less processor time the others need. */
const columns: readonly { title: string; of: (one: Measured, reference: Measured | undefined) => string }[] = [
  { title: 'CPU ms', of: ({ processorMs }) => processorMs.toFixed(3) },
  { title: '×', of: (one, reference) => (reference ? (reference.processorMs / one.processorMs).toFixed(2) : '–') },
  { title: 'p50 ms', of: ({ p50 }) => p50.toFixed(1) },
  { title: 'p99 ms', of: ({ p99 }) => p99.toFixed(1) },
  { title: 'MB', of: ({ megabytes }) => megabytes.toFixed(0) },
  { title: 'fetches', of: ({ fetches }) => fetches.toFixed(0) },
  { title: 'answer', of: answerOf },
];

function answerOf({ failures, isSame, requests }: Measured): string {
  if (failures > 0) return `${failures} of ${requests} FAILED`;
  return isSame === null ? '–' : isSame ? 'same' : 'DIFFERS';
}

export function machineLine(): string {
  const all = cpus();
  const load = loadavg()[0] ?? 0;
  return `${all.length} cores (${all[0]?.model.trim() ?? 'unknown'}), Node ${process.version}, load ${load.toFixed(1)}`;
}

/** In Markdown: a table for each operation, what the peers are, and what became of the bars. */
export function report(peers: readonly Measured[], features: readonly Measured[]): string {
  const versions = new Map(peers.map(({ contestant }) => [contestant.name, contestant.version]));
  return [
    `\n${machineLine()}\n`,
    ...[...versions].filter(([, version]) => version).map(([name, version]) => `- ${name}: ${version}`),
    ...tablesOf(peers),
    ...tablesOf(features),
    '',
    ...verdicts(peers).map(
      ({ name, factor, wanted }) =>
        `${factor >= wanted ? 'pass' : 'MISS'}  ${factor.toFixed(1)} × (bar ${wanted} ×)  ${name}`,
    ),
    '',
  ].join('\n');
}

function tablesOf(all: readonly Measured[]): string[] {
  const operations = [...new Set(all.map(({ operation }) => operation))];
  return operations.flatMap((operation) => {
    const ofOperation = all.filter((one) => one.operation === operation);
    const rows = ofOperation.map((one) => [one.contestant.name, ...columns.map(({ of }) => of(one, ofOperation[0]))]);
    return ['', markdown([[`${operation} query`, ...columns.map(({ title }) => title)], ...rows])];
  });
}

function markdown(rows: readonly (readonly string[])[]): string {
  const [head = []] = rows;
  const widths = head.map((_, index) => Math.max(...rows.map((row) => (row[index] ?? '').length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, index) => (index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, index) => '-'.repeat(index === 0 ? width : width - 1) + (index === 0 ? '' : ':')).join(' | ')} |`;
  return [line(head), rule, ...rows.slice(1).map(line)].join('\n');
}
