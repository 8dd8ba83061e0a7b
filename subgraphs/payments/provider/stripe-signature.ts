import { createHmac, timingSafeEqual } from 'node:crypto';

const toleranceSeconds = 300;
const mostSignatures = 5;

/**
 * Whether a `Stripe-Signature` header was made for this body with our secret, within five minutes of `at`.
 * https://docs.stripe.com/webhooks#verify-manually: `t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`, several `v1`
 * while a secret is being changed.
 */
export function isSignedByProvider(
  header: string | undefined,
  body: Buffer,
  { secret, at }: { secret: string; at: Date },
): boolean {
  const parts = (header ?? '').split(',').map((part) => part.trim().split('=') as [string, string?]);
  const timestamp = parts.find(([name]) => name === 't')?.[1] ?? '';
  if (!/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(at.getTime() / 1000 - Number(timestamp)) > toleranceSeconds) return false;
  const expected = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest();
  return parts
    .filter(([name]) => name === 'v1')
    .slice(0, mostSignatures)
    .some(([, hex = '']) => isSame(expected, Buffer.from(hex, 'hex')));
}

function isSame(expected: Buffer, given: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected);
}
