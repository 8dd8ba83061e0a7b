/** One line of the table. A figure without a target is there to be known. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: 'µs' | 'ms' | 's' | 'MB' | '/s';
  /** At most, in the same unit. */
  readonly target?: number;
}

export interface Machine {
  readonly mode: string;
  readonly cores: number;
  readonly processor: string;
  readonly database: string;
  readonly patients: number;
  /** Processes that wanted to run, over the last minute: above the number of cores the figures are those of a crowd. */
  readonly load: number;
}

export function table(machine: Machine, figures: readonly Figure[]): string {
  const { mode, cores, processor, database, patients, load } = machine;
  return [
    '',
    `  SA Platform, ${mode}   Node ${process.version}   ${database}   ${String(patients)} patients`,
    `  ${String(cores)} cores (${processor}), load ${load.toFixed(1)}`,
    '',
    ...lines(figures),
    '',
    '',
  ].join('\n');
}

/** The table itself. */
export function lines(figures: readonly Figure[]): string[] {
  const width = Math.max(...figures.map(({ name }) => name.length));
  return [
    `  ${'figure'.padEnd(width)}   ${'measured'.padStart(10)}   ${'target'.padStart(10)}`,
    ...figures.map((figure) => `  ${figure.name.padEnd(width)}   ${lineOf(figure)}`),
  ];
}

function lineOf({ value, unit, target }: Figure): string {
  const measured = inUnit(value, unit).padStart(10);
  if (target === undefined) return measured;
  return `${measured}   ${`≤ ${inUnit(target, unit)}`.padStart(10)}   ${value <= target ? 'pass' : 'MISS'}`;
}

function inUnit(value: number, unit: Figure['unit']): string {
  return `${value.toFixed(unit === 's' ? 2 : value < 100 && !Number.isInteger(value) ? 1 : 0)} ${unit}`;
}
