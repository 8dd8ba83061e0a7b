import { type IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';

const groupsOfAddress = 8;
const groupsOfNetwork = 4;

/**
 * Where a request comes from. Of several addresses in X-Forwarded-For the last is the one that our own proxy has seen;
 * those before it are what its client says.
 */
export function addressOf({ headers, socket }: IncomingMessage, trustProxy: boolean): string {
  const forwarded = trustProxy ? headers['x-forwarded-for'] : undefined;
  const seen = (typeof forwarded === 'string' ? forwarded : forwarded?.at(-1))?.split(',').at(-1)?.trim();
  return seen ?? socket.remoteAddress ?? 'unknown';
}

/** What counts as one caller: whoever has one address of IPv6 has 2^64 of them (RFC 6177). */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!isIPv6(plain)) return plain;
  const [before = [], after = []] = plain.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array<string>(Math.max(0, groupsOfAddress - before.length - after.length)).fill('0');
  return [...before, ...zeros, ...after].slice(0, groupsOfNetwork).join(':');
}
