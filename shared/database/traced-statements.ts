import { type DataSource, type QueryRunner } from 'typeorm';
import { type Dialect } from '#shared/tables';
import { isTraced, traced } from '#shared/tracing';

interface Namespace {
  readonly dialect: Dialect;
  /** The subgraph whose database it is. */
  readonly name: string;
}

/** The first table of a statement. A value cannot be taken for one: values are parameters or in quotes. */
const tablePattern = /\b(?:FROM|INTO|UPDATE|TABLE)\s+[`"]?([A-Za-z_]\w*)/i;
const verbPattern = /^\s*([A-Za-z]+)/;

/**
 * A span for every statement that a trace leads to. It says verb and table: a statement's text is long, and one that
 * was put together by hand may hold a value.
 */
export function traceStatements(source: DataSource, namespace: Namespace): void {
  const { driver } = source;
  const create = driver.createQueryRunner.bind(driver);
  driver.createQueryRunner = (mode) => {
    const runner = create(mode);
    if (isTraced()) traceRunner(runner, namespace);
    return runner;
  };
}

function traceRunner(runner: QueryRunner, { dialect, name }: Namespace): void {
  const run = runner.query.bind(runner) as (...call: unknown[]) => Promise<never>;
  runner.query = (...call: unknown[]) => {
    const { summary, ...statement } = describe(String(call[0]));
    const attributes = { 'db.system.name': dialect, 'db.namespace': name, 'db.query.summary': summary, ...statement };
    return traced(summary, { kind: 'client', attributes }, () => run(...call));
  };
}

function describe(sql: string): { summary: string } & Record<string, string> {
  const verb = verbPattern.exec(sql)?.[1]?.toUpperCase() ?? 'OTHER';
  const table = tablePattern.exec(sql)?.[1];
  if (table === undefined) return { summary: verb, 'db.operation.name': verb };
  return { summary: `${verb} ${table}`, 'db.operation.name': verb, 'db.collection.name': table };
}
