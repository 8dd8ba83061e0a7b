import { createHmac, timingSafeEqual } from 'node:crypto';

const toleranceSeconds = 300;

/**
 * Checks `t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">` (Stripe's webhook scheme) in constant time.
 * A signature older or newer than five minutes is none: a recorded callback cannot be replayed later.
 */
export function isSignedBy(secret: string, message: { body: string; signature: string | null; at: Date }): boolean {
  const { body, signature, at } = message;
  const [, time = '', given = ''] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(signature ?? '') ?? [];
  if (time === '' || Math.abs(at.getTime() / 1000 - Number(time)) > toleranceSeconds) return false;
  const wanted = createHmac('sha256', secret).update(`${time}.${body}`).digest();
  return timingSafeEqual(Buffer.from(given, 'hex'), wanted);
}
