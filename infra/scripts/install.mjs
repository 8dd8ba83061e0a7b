import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';

const lock = 'package-lock.json';
/** Holds the hash of the lock file that was installed. */
const stamp = 'node_modules/.installed-lock';
/** Written by npm itself at the end of an install. */
const npmStamp = 'node_modules/.package-lock.json';
const heartbeatMs = 1_000;

/**
 * `npm ci`, unless what the lock file says is installed already.
 * @returns {Promise<boolean>} false when it failed; the user has been told
 */
export async function install() {
  const hash = createHash('sha256').update(readFileSync(lock)).digest('hex');
  if (isInstalled(hash)) return true;
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  console.error('Installing dependencies (npm ci); this takes about half a minute …');
  const ticker = setInterval(() => process.stderr.isTTY && process.stderr.write(`\r  ${seconds()} s `), heartbeatMs);
  const { code, log } = await npm(['ci', '--no-audit', '--no-fund']);
  clearInterval(ticker);
  if (process.stderr.isTTY) process.stderr.write('\r');
  if (code !== 0) {
    console.error(`Installing the dependencies failed (npm ci, exit code ${code}). npm said:\n${log.trimEnd()}`);
    return false;
  }
  writeFileSync(stamp, hash);
  console.error(`Installed in ${seconds()} s`);
  return true;
}

function isInstalled(hash) {
  if (existsSync(stamp)) return readFileSync(stamp, 'utf8') === hash;
  // Somebody ran npm by hand: as good as ours, if it was after the lock file's last change.
  if (!existsSync(npmStamp) || statSync(npmStamp).mtimeMs < statSync(lock).mtimeMs) return false;
  writeFileSync(stamp, hash);
  return true;
}

function npm(args) {
  // Under `npm start` npm says where it is itself; otherwise it is on the path.
  const cli = process.env.npm_execpath;
  const child = cli?.endsWith('.js')
    ? spawn(process.execPath, [cli, ...args])
    : spawn('npm', args, { shell: process.platform === 'win32' });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (log += text));
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: 127, log: error.message }));
    child.on('close', (code, signal) => resolve({ code: code ?? signal, log }));
  });
}
