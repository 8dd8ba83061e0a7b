/** `npm run check`: everything that can be found out without running the platform. One line per step; all steps are run. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
const tool = (path) => join('node_modules', ...path.split('/'));
const folders = ['shared', 'gateway', 'subgraphs', 'infra', 'test'];

/** What is run, by `node`, from the root. */
const steps = [
  { name: 'types', args: [tool('typescript/bin/tsc'), '--project', '.', '--pretty', 'false'] },
  { name: 'lint', args: [tool('eslint/bin/eslint.js'), '.', '--max-warnings', '0'] },
  { name: 'format', args: [tool('prettier/bin/prettier.cjs'), '--check', '.', '--log-level', 'warn'] },
  { name: 'imports', args: [tool('dependency-cruiser/bin/dependency-cruise.mjs'), ...folders] },
  {
    name: 'unused',
    args: [tool('knip/bin/knip.js'), '--no-progress', '--tsConfig', 'infra/scripts/tsconfig.knip.json'],
  },
  { name: 'build', args: ['infra/scripts/build.mjs'] },
  { name: 'schemas are current', args: ['dist/infra/scripts/sdl.js', '--check'] },
  { name: 'error codes are current', args: ['dist/infra/scripts/errors.js', '--check'] },
  { name: 'scopes are current', args: ['dist/infra/scripts/scopes.js', '--check'] },
  { name: 'schemas compose', args: ['dist/infra/scripts/compose.js'] },
  { name: 'architecture', args: ['dist/infra/scripts/audit-architecture.js'] },
];

process.chdir(root);
const failed = [];
for (const step of steps) {
  const startedAt = performance.now();
  const { code, output } = await run(step.args);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${step.name.padEnd(23)} ${seconds.padStart(5)} s`);
  if (code === 0) continue;
  failed.push(step.name);
  console.log(`${output.trimEnd()}\n`);
}
console.log(failed.length === 0 ? 'Everything is in order' : `Failed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;

function run(args) {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}
