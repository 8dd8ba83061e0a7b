import { type Measured } from './rounds';

/** Where the bench's first contestant stands for 1, as the design of the gateway demands it. */
interface Bar {
  readonly ours: string;
  readonly than: string;
  readonly operation: Measured['operation'];
  readonly figure: 'processorMs' | 'p99' | 'megabytes';
  /** Ours is at least so many times better. */
  readonly factor: number;
}

const http = 'ours, HTTP subgraphs';
const inProcess = 'ours, in process';
const stock = 'stock @apollo/gateway';

const ahead = (than: string, big: number, small: number): Bar[] => [
  { ours: http, than, operation: 'big', figure: 'processorMs', factor: big },
  { ours: http, than, operation: 'small', figure: 'processorMs', factor: small },
];

const bars: readonly Bar[] = [
  ...ahead(stock, 12, 25),
  { ours: inProcess, than: stock, operation: 'big', figure: 'processorMs', factor: 22 },
  { ours: inProcess, than: stock, operation: 'small', figure: 'processorMs', factor: 35 },
  { ours: http, than: stock, operation: 'big', figure: 'p99', factor: 10 },
  { ours: http, than: stock, operation: 'small', figure: 'p99', factor: 20 },
  { ours: http, than: stock, operation: 'big', figure: 'megabytes', factor: 1 },
  { ours: http, than: stock, operation: 'small', figure: 'megabytes', factor: 1 },
  ...ahead('Hive + Rust planner', 5, 17),
  ...ahead('Mercurius', 13, 3.3),
  ...ahead('Grafbase (Rust)', 1.3, 2.2),
];

export interface Verdict {
  readonly name: string;
  readonly factor: number;
  readonly wanted: number;
}

const figureNames = { processorMs: 'processor time', p99: 'p99', megabytes: 'memory' };

/** Those bars whose both sides were measured. */
export function verdicts(all: readonly Measured[]): Verdict[] {
  const find = (name: string, operation: string): Measured | undefined =>
    all.find(
      (one) => one.contestant.name === name && one.operation === operation && one.contestant.group !== 'feature',
    );
  return bars.flatMap(({ ours, than, operation, figure, factor }) => {
    const [own, other] = [find(ours, operation), find(than, operation)];
    if (!own || !other) return [];
    const name = `${operation}, ${figureNames[figure]}: ${ours} against ${than}`;
    return [{ name, factor: other[figure] / own[figure], wanted: factor }];
  });
}
