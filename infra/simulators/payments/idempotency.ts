import { createHash } from 'node:crypto';
import { type Answer, type Exchange } from '../http/server';
import { StripeError } from './objects';
import { type PaymentState } from './state';

const maxKeyLength = 255;

/**
 * Answers a repeated key with what was answered first. Requests refused before anything happened (4xx other than a
 * declined card) are not remembered, as with Stripe: the client may correct them under the same key.
 * @throws {StripeError} idempotency_error when the key came with another request.
 */
export function once(state: PaymentState, exchange: Exchange, answer: () => Answer): Answer {
  const key = exchange.headers['idempotency-key'];
  if (typeof key !== 'string' || exchange.method !== 'POST') return answer();
  if (key === '' || key.length > maxKeyLength)
    throw keyError(`Idempotency-Key must have 1 to ${maxKeyLength} characters`);
  const fingerprint = fingerprintOf(exchange);
  const earlier = state.answers.get(key);
  if (earlier && earlier.fingerprint !== fingerprint) {
    throw keyError('Keys for idempotent requests can only be used with the same parameters they were first used with');
  }
  if (earlier) return { status: earlier.status, body: earlier.body, headers: { 'idempotent-replayed': 'true' } };
  const { status, body } = answer();
  if (status < 400 || status === 402) {
    state.answers.set(key, { fingerprint, status, body });
    state.save();
  }
  return { status, body };
}

function fingerprintOf({ method, path, body }: Exchange): string {
  const form = new URLSearchParams(body);
  form.sort(); // the same parameters in another order are the same request
  return createHash('sha256').update(`${method} ${path}\n${form.toString()}`).digest('hex');
}

function keyError(message: string): StripeError {
  return new StripeError(400, { type: 'idempotency_error', message });
}
