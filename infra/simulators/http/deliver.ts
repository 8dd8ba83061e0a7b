import { setTimeout as delay } from 'node:timers/promises';
import { signatureOf } from './signature';

export interface Delivery {
  readonly url: string;
  readonly body: string;
  readonly secret: string;
  readonly signatureHeader: string;
  /** Tells the receiver which try this is, from 1. */
  readonly attemptHeader: string;
}

export interface DeliverySettings {
  /** Pause before each retry; its length is the number of retries. */
  readonly retryDelaysMs: readonly number[];
  readonly signal: AbortSignal;
  readonly now: () => Date;
}

const timeoutMs = 10_000;

/** Posts until the receiver answers 2xx. Each try is signed afresh. @returns false when every try failed. */
export async function deliver(delivery: Delivery, settings: DeliverySettings): Promise<boolean> {
  for (const [index, pauseMs] of [0, ...settings.retryDelaysMs].entries()) {
    if (pauseMs > 0) await delay(pauseMs, undefined, { signal: settings.signal });
    if (await post(delivery, index + 1, settings)) return true;
    settings.signal.throwIfAborted();
  }
  return false;
}

async function post(delivery: Delivery, attempt: number, { signal, now }: DeliverySettings): Promise<boolean> {
  const signature = signatureOf(delivery.body, delivery.secret, now());
  try {
    const response = await fetch(delivery.url, {
      method: 'POST',
      redirect: 'manual', // a redirect is a failure: a signed body goes only where it was meant to go
      headers: {
        'content-type': 'application/json; charset=utf-8',
        [delivery.signatureHeader]: signature,
        [delivery.attemptHeader]: String(attempt),
      },
      body: delivery.body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false; // unreachable or too slow: the retry is the handling
  }
}
