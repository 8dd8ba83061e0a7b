/**
 * Compiles the sources to dist/ with swc; types are tsc's job (`npm run check`).
 * An output bears its source's modification time, and that is how the next build knows what is done: there is no list that
 * could disagree with the files. Outputs are renamed into place whole, so builds and running programs do not disturb
 * each other.
 */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(import.meta.dirname, '..', '..');
const dist = join(root, 'dist');
/** Another compiler or another configuration makes every output out of date. */
const compilerFile = join(dist, '.compiler');
const folders = ['shared', 'gateway', 'subgraphs', 'infra', 'test'];
const isSource = (file) => /(?<!\.d|\.test)\.ts$/.test(file);

/**
 * @returns {Promise<boolean>} false when a file does not compile; the user has been told which and why
 */
export async function build() {
  const require = createRequire(import.meta.url);
  const options = require('./swc.cjs');
  const compiler = compilerHash([options, require('@swc/core/package.json').version]);
  const isOther = !existsSync(compilerFile) || readFileSync(compilerFile, 'utf8') !== compiler;
  const pairs = folders.flatMap((folder) => filesBelow(join(root, folder)).filter(isSource)).map(pair);
  removeStale(new Set(pairs.map(({ output }) => output)));
  const due = pairs.filter(({ output, modifiedMs }) => isOther || modifiedMsOf(output) !== modifiedMs);
  if (due.length === 0) return true;
  // Loading the compiler takes longer than finding out that it is not needed.
  const { transform } = require('@swc/core');
  const temporary = join(dist, '.tmp', String(process.pid));
  mkdirSync(temporary, { recursive: true });
  const results = await Promise.allSettled(
    due.map((file, index) => compile(file, join(temporary, String(index)), { transform, options })),
  );
  rmSync(temporary, { recursive: true, force: true });
  const failed = results.filter(({ status }) => status === 'rejected');
  for (const { reason } of failed) console.error(String(reason.message ?? reason));
  if (failed.length === 0) writeFileSync(compilerFile, compiler);
  else console.error(`${failed.length} of ${due.length} files do not compile`);
  return failed.length === 0;
}

async function compile({ source, output, modifiedMs }, temporary, { transform, options }) {
  const { code } = await transform(readFileSync(source, 'utf8'), {
    ...options,
    filename: source,
    sourceFileName: relative(dirname(output), source),
    swcrc: false,
    configFile: false,
  });
  writeFileSync(temporary, code);
  utimesSync(temporary, modifiedMs / 1000, modifiedMs / 1000);
  mkdirSync(dirname(output), { recursive: true });
  renameSync(temporary, output);
}

function pair(source) {
  return {
    source,
    output: join(dist, relative(root, source)).replace(/\.ts$/, '.js'),
    modifiedMs: modifiedMsOf(source),
  };
}

function compilerHash(parts) {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function removeStale(expected) {
  for (const file of folders.flatMap((folder) => filesBelow(join(dist, folder)))) {
    if (file.endsWith('.js') && !expected.has(file)) rmSync(file, { force: true });
  }
}

function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true }).map((file) => join(folder, file));
}

/** In whole milliseconds, which every file system keeps. */
function modifiedMsOf(file) {
  const found = statSync(file, { throwIfNoEntry: false });
  return found ? Math.round(found.mtimeMs) : null;
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = (await build()) ? 0 : 1;
}
