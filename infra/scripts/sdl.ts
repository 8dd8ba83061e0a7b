/** Writes each subgraph's SDL to subgraphs/<name>/schema.graphql; with `--check` it only says which files differ. */
import 'reflect-metadata';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { printSubgraphSdl, type Subgraph } from '#shared/subgraph';

const sources = join(process.cwd(), 'subgraphs');
const compiled = join(process.cwd(), 'dist', 'subgraphs');

/** @throws {Error} when the subgraph's index.ts does not export a subgraph of the folder's name */
async function loadSubgraph(name: string): Promise<Subgraph> {
  const exported = (await import(join(compiled, name, 'index.js'))) as Record<string, Subgraph | undefined>;
  const subgraph = exported[name];
  if (subgraph?.name !== name) throw new Error(`subgraphs/${name}/index.ts does not export the subgraph as "${name}"`);
  return subgraph;
}

/** The first line that differs, for a hint of a few lines. */
function describeDifference(committed: string, printed: string): string {
  const [before, after] = [committed.split('\n'), printed.split('\n')];
  const line = after.findIndex((text, index) => text !== before[index]);
  const at = line === -1 ? after.length : line;
  return `  line ${at + 1}\n  - ${before[at] ?? '(end of file)'}\n  + ${after[at] ?? '(end of file)'}`;
}

/** @returns whether the file already was as it should be */
async function handle(name: string, isCheck: boolean): Promise<boolean> {
  const file = join(sources, name, 'schema.graphql');
  const printed = await printSubgraphSdl(await loadSubgraph(name));
  const committed = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (committed === printed) return true;
  if (isCheck)
    console.log(
      `subgraphs/${name}/schema.graphql is not what the code says:\n${describeDifference(committed, printed)}`,
    );
  else writeFileSync(file, printed);
  return false;
}

async function main(): Promise<void> {
  const isCheck = process.argv.includes('--check');
  const names = readdirSync(sources).filter((name) => existsSync(join(compiled, name, 'index.js')));
  const changed: string[] = [];
  for (const name of names) if (!(await handle(name, isCheck))) changed.push(name);
  if (!isCheck)
    console.log(changed.length > 0 ? `Wrote the schema of ${changed.join(', ')}` : 'All schemas are current');
  if (!isCheck || changed.length === 0) return;
  console.log('Run `npm run sdl` and commit what it changes');
  process.exitCode = 1;
}

void main();
