import { once } from 'node:events';
import { connect } from 'node:net';

const timeoutMs = 10_000;
const script = "for _, key in ipairs(redis.call('KEYS', ARGV[1])) do redis.call('DEL', key) end return 0";

/** Removes the keys of one events prefix, in one command; a client library would be a second owner of Redis. */
export async function removeKeys(url: URL, prefix: string): Promise<void> {
  const socket = connect({ host: url.hostname, port: Number(url.port || 6379), timeout: timeoutMs });
  socket.once('timeout', () => socket.destroy(new Error('Redis does not answer')));
  try {
    await once(socket, 'connect');
    if (url.password !== '') socket.write(command(['AUTH', url.username || 'default', url.password]));
    socket.end(command(['EVAL', script, '0', `*${prefix}*`]));
    await once(socket.resume(), 'close');
  } finally {
    socket.destroy();
  }
}

/** A request of the Redis protocol: an array of bulk strings. */
function command(parts: readonly string[]): string {
  const bulk = parts.map((part) => `$${String(Buffer.byteLength(part))}\r\n${part}\r\n`);
  return `*${String(parts.length)}\r\n${bulk.join('')}`;
}
