import { createHash, timingSafeEqual } from 'node:crypto';
import { type IncomingMessage } from 'node:http';

/** Whoever stands behind a proxy looks as near as the proxy does. */
const forwardingHeaders = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];
const loopback = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;

/**
 * With a token whoever brings it as `Bearer` (RFC 6750); without one only this machine itself, and nobody through a
 * proxy on it.
 */
export function mayReadMetrics({ headers, socket }: IncomingMessage, token: string | null): boolean {
  if (token !== null) return isSameSecret(headers.authorization ?? '', `Bearer ${token}`);
  if (forwardingHeaders.some((name) => headers[name] !== undefined)) return false;
  return loopback.test(socket.remoteAddress ?? '');
}

/** Hashed, so that neither length nor content shows in how long it takes. */
function isSameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
