/**
 * `node infra/scripts/bootstrap.mjs <command> [arguments]`: makes sure that everything is there, then runs the command.
 * Only Node's own modules may be imported here: this runs before anything is installed.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** What each command runs, from the root, once the sources are compiled. */
const commands = {
  start: 'dist/infra/embedded/main.js',
  services: 'dist/infra/services/main.js',
  gateway: 'dist/gateway/main.js',
  case: 'dist/infra/case/main.js',
  bench: 'dist/infra/bench/main.js',
  test: 'infra/scripts/test.mjs',
};
/** A larger young generation: answers of a gateway are garbage as soon as they are sent. */
const nodeOptions = ['--enable-source-maps', '--max-semi-space-size=16'];

const [command = '', ...given] = process.argv.slice(2);
if (!Object.hasOwn(commands, command)) fail(`Say what to run: ${Object.keys(commands).join(', ')}`);
requireNode();
process.chdir(root);
// Loaded only now, so that an old Node stops at the line above and not at syntax it does not know.
const { install } = await import('./install.mjs');
if (!(await install())) process.exit(1);
const { build } = await import('./build.mjs');
if (!(await build())) process.exit(1);
const { runNode } = await import('./run-node.mjs');
const options = command === 'test' ? [] : nodeOptions;
process.exitCode = await runNode([...options, join(root, commands[command]), ...given], {
  // The AWS SDK's notice about Node 20; engines in package.json says what is supported.
  env: {
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    // glibc keeps an arena per thread, and image work and SQLite leave them full of holes: two save a sixth of the memory.
    MALLOC_ARENA_MAX: '2',
  },
});

function requireNode() {
  const wanted = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).engines.node.replace('>=', '');
  const [major, minor] = wanted.split('.').map(Number);
  const [ownMajor, ownMinor] = process.versions.node.split('.').map(Number);
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return;
  fail(`Node ${wanted} or newer is needed; this is ${process.version}`);
}

function fail(line) {
  console.error(line);
  process.exit(1);
}
