/**
 * `npm test [-- jest arguments]`. Without arguments, one after the other:
 *   1. the parts on SQLite: needs nothing but Node;
 *   2. the whole platform (test/) in one process on SQLite;
 *   3. and 4. the subgraphs, and the whole platform as services, on MySQL and Redis when they answer. With
 *      REQUIRE_SERVICES=1 (CI) it is a failure when they do not.
 * A whole platform is up to ten processes, so its suites run one at a time.
 * With arguments (a path, -t …) they go to jest, and there is one run, on the database TEST_DATABASE says.
 * The last line is `N passed, N failed`, over all runs. A suite that cannot run is a failure; so is a run without tests.
 * Tests that were skipped are neither: the line before the last says how many, and jest's report says which and why.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runNode } from './run-node.mjs';
import { unreachableServices } from './services.mjs';

const root = join(import.meta.dirname, '..', '..');
const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const interrupted = [130, 143];

/** A suite that fails half-way may leave work behind; the run must end all the same. */
const oneByOne = ['--runInBand', '--forceExit'];

process.chdir(root);
const given = process.argv.slice(2);
const { passed, failed, skipped } = sum(given.length > 0 ? [await run(given)] : await runAll());
const isEmpty = passed + failed === 0;
if (isEmpty) console.log('No test was run');
if (skipped > 0) console.log(`${skipped} not run: they need what is not there, or were not asked for`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || isEmpty ? 1 : 0;

async function runAll() {
  const results = await runEach([
    () => run(only('(shared|gateway|subgraphs|infra/(?!services/))'), { TEST_DATABASE: 'sqlite' }),
    () => run([...only('test/'), ...oneByOne], { TEST_DATABASE: 'sqlite' }),
  ]);
  if (results.some(({ isInterrupted }) => isInterrupted)) return results;
  const missing = await unreachableServices();
  if (missing.length === 0) return [...results, ...(await runOnServices())];
  const isRequired = process.env.REQUIRE_SERVICES === '1';
  console.log(`Not run on MySQL and Redis: there is no ${missing.join(' and no ')}`);
  return isRequired ? [...results, { passed: 0, failed: missing.length, skipped: 0 }] : results;
}

function runOnServices() {
  console.log('\nAgain on MySQL and Redis');
  return runEach([
    () => run(only('subgraphs/'), { TEST_DATABASE: 'mysql' }),
    () => run([...only('(test|infra/services)/'), ...oneByOne], { TEST_DATABASE: 'mysql' }),
  ]);
}

/** Stops at an interruption. */
async function runEach(runs) {
  const results = [];
  for (const one of runs) {
    if (results.some(({ isInterrupted }) => isInterrupted)) break;
    results.push(await one());
  }
  return results;
}

/** Suites below these folders. */
function only(folders) {
  return ['--testPathPatterns', `^${root.replace(/[^\w/]/g, '\\$&')}/${folders}.*\\.test\\.ts$`];
}

/** One run of jest. Its own report goes to the terminal; the figures come from its JSON report. */
async function run(args, env = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'sa-jest-'));
  const report = join(folder, 'report.json');
  const code = await runNode([jest, '--json', '--outputFile', report, ...args], { env });
  const { testResults } = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : { testResults: [] };
  rmSync(folder, { recursive: true, force: true });
  const counted = sum(testResults.map(countSuite));
  const isInterrupted = interrupted.includes(code);
  // Jest is not content and no test is to blame: it did not start, crashed, or was stopped.
  const isBroken = code !== 0 && counted.failed === 0 && (testResults.length > 0 || !existsSync(report));
  return { ...counted, failed: counted.failed + (isBroken || isInterrupted ? 1 : 0), isInterrupted };
}

function countSuite({ status, assertionResults }) {
  const having = (wanted) => assertionResults.filter((test) => test.status === wanted).length;
  const failed = having('failed');
  // A suite that fails without a failed test could not be loaded, or failed outside its tests.
  const unloaded = status === 'failed' && failed === 0 ? 1 : 0;
  return { passed: having('passed'), failed: failed + unloaded, skipped: having('pending') + having('todo') };
}

function sum(counts) {
  const total = (what) => counts.reduce((all, one) => all + one[what], 0);
  return { passed: total('passed'), failed: total('failed'), skipped: total('skipped') };
}
