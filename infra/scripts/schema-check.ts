/**
 * `npm run schema:check -- --against OLD.graphql [--schema NEW.graphql] [--operations MANIFEST.json] [--strict] [--json]`:
 * what a new supergraph changes for clients of an old one, and which of the known operations it breaks.
 * Without `--schema` the new one is composed from supergraph.yaml. Exit code 1: an operation breaks, or with `--strict`
 * anything might; 2: there is nothing to compare.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  checkSchema,
  composeSupergraph,
  loadSupergraph,
  ManifestError,
  readManifest,
  readSubgraphs,
  SupergraphError,
  type CheckedChange,
  type LoadedSupergraph,
  type SchemaCheck,
} from '../../gateway';

interface Arguments {
  readonly against: string;
  readonly schema: string | undefined;
  readonly operations: string | undefined;
  readonly isStrict: boolean;
  readonly isJson: boolean;
}

/** What keeps the command from comparing anything. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

function main(): void {
  const given = readArguments();
  const operations = given.operations === undefined ? [] : new Set(readManifest(given.operations).values());
  const check = checkSchema(load(given.against), loadNew(given.schema), [...operations]);
  if (given.isJson) console.log(JSON.stringify(check, null, 2));
  else print(check, given);
  const isBroken = check.brokenOperations.length > 0;
  const isBreaking = check.changes.some(({ level }) => level === 'breaking');
  process.exitCode = isBroken || (given.isStrict && isBreaking) ? 1 : 0;
}

function readArguments(): Arguments {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const options = { against: text, schema: text, operations: text, strict: flag, json: flag };
  try {
    const { against, schema, operations, strict, json } = parseArgs({ options }).values;
    if (against === undefined) throw new UsageError('Say what to compare with: --against OLD.graphql');
    return { against, schema, operations, isStrict: strict, isJson: json };
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(error.message) : error;
  }
}

function load(file: string): LoadedSupergraph {
  try {
    return loadSupergraph(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`${file}: ${(error as Error).message}`);
  }
}

function loadNew(file: string | undefined): LoadedSupergraph {
  if (file !== undefined) return load(file);
  return loadSupergraph(composeSupergraph(readSubgraphs(join(process.cwd(), 'supergraph.yaml'))));
}

function print({ changes, brokenOperations, invalidOperations }: SchemaCheck, { operations }: Arguments): void {
  for (const level of ['breaking', 'dangerous', 'safe'] as const) {
    const found = changes.filter((change) => change.level === level);
    if (found.length > 0) console.log(`${level} (${found.length})`);
    found.forEach(printChange);
  }
  if (changes.length === 0) console.log('Nothing has changed for clients');
  if (invalidOperations.length > 0) console.log(`Not valid before either: ${invalidOperations.join(', ')}`);
  if (operations === undefined) console.log('No operations were given: what the changes break is not known');
  else console.log(`Operations that break: ${brokenOperations.join(', ') || 'none'}`);
}

function printChange({ code, message, breaks }: CheckedChange): void {
  console.log(`  ${message} [${code}]`);
  for (const name of breaks) console.log(`    breaks ${name}`);
}

try {
  main();
} catch (error) {
  const isExpected = [UsageError, SupergraphError, ManifestError].some((kind) => error instanceof kind);
  if (!isExpected) throw error;
  console.error((error as Error).message);
  process.exitCode = 2;
}
