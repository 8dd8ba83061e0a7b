import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startReceiver, type Receiver } from '../http/receiver.fixture';
import { type Simulator } from '../http/server';
import { signatureOf } from '../http/signature';
import { type Charge, type PaymentIntent, type ProviderEvent } from './objects';
import { createPaymentSimulator } from './payment-simulator';

const apiKey = 'sk_test_sandbox';
const secret = 'whsec_sandbox';

let directory: string;
let simulator: Simulator;
let url: string;
let platform: Receiver;

async function start(): Promise<void> {
  simulator = createPaymentSimulator({
    apiKey,
    webhook: { url: platform.url, secret },
    statePath: join(directory, 'state', 'payments.json'),
    webhookRetryDelaysMs: [1, 1],
  });
  url = await simulator.listen(0);
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'payments-'));
  platform = await startReceiver();
  await start();
});

afterEach(async () => {
  await Promise.all([simulator.close(), platform.close()]);
  rmSync(directory, { recursive: true });
});

interface Answered {
  readonly httpStatus: number;
  readonly replayed: string | null;
  readonly id: string;
  readonly status: string;
  readonly secret: string;
  readonly error: {
    readonly type: string;
    readonly code: string;
    readonly param: string;
    readonly payment_intent: PaymentIntent;
  };
}

async function call(
  path: string,
  form?: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Answered> {
  const response = await fetch(`${url}${path}`, {
    method: form ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${apiKey}`, ...headers },
    ...(form && { body: new URLSearchParams(form) }),
  });
  const replayed = response.headers.get('idempotent-replayed');
  return {
    httpStatus: response.status,
    replayed,
    ...((await response.json()) as Omit<Answered, 'httpStatus' | 'replayed'>),
  };
}

const pay = (method: string, extra: Record<string, string> = {}, headers = {}): Promise<Answered> =>
  call(
    '/v1/payment_intents',
    { amount: '4500', currency: 'GBP', confirm: 'true', payment_method: method, ...extra },
    headers,
  );

async function fault(mode: string): Promise<void> {
  const response = await fetch(`${url}/v1/_faults`, { method: 'POST', body: JSON.stringify({ mode, delayMs: 1 }) });
  expect(response.status).toBe(200);
}

async function events(count: number): Promise<ProviderEvent[]> {
  return (await platform.waitFor(count)).map(({ body }) => JSON.parse(body) as ProviderEvent);
}

const types = (received: readonly ProviderEvent[]): string[] => received.map(({ type }) => type);

describe('a payment', () => {
  test('with a good card succeeds, keeps its metadata and is announced with a signature', async () => {
    const intent = await pay('pm_card_visa', { 'metadata[invoice]': 'inv_1' });
    expect(intent).toMatchObject({
      object: 'payment_intent',
      status: 'succeeded',
      amount_received: 4500,
      currency: 'gbp',
    });
    const received = await events(2);
    const succeeded = received.find(({ type }) => type === 'payment_intent.succeeded');
    expect(succeeded?.data.object).toMatchObject({ id: intent.id, metadata: { invoice: 'inv_1' } });
    const [{ headers, body } = { headers: {}, body: '' }] = platform.received;
    const time = /^t=(\d+),/.exec(String(headers['stripe-signature']))?.[1];
    expect(headers['stripe-signature']).toBe(signatureOf(body, secret, new Date(Number(time) * 1000)));
  });

  test('with a declined card answers 402, and another card can be tried on the same intent', async () => {
    const { httpStatus, error } = await pay('pm_card_chargeDeclined');
    expect({ httpStatus, code: error.code, type: error.type }).toEqual({
      httpStatus: 402,
      code: 'card_declined',
      type: 'card_error',
    });
    expect(error.payment_intent.status).toBe('requires_payment_method');
    const path = `/v1/payment_intents/${error.payment_intent.id}`;
    expect(await call(`${path}/confirm`, { payment_method: 'pm_card_visa' })).toMatchObject({ status: 'succeeded' });
    expect(await call(path)).toMatchObject({ status: 'succeeded', last_payment_error: null });
    expect(types(await events(3)).sort()).toEqual([
      'payment_intent.created',
      'payment_intent.payment_failed',
      'payment_intent.succeeded',
    ]);
  });

  test.each([
    ['succeed', 'succeeded'],
    ['fail', 'requires_payment_method'],
  ])('that needs authentication waits for it; when they %s it is %s', async (outcome, status) => {
    const intent = await pay('pm_card_authenticationRequired');
    expect(intent.status).toBe('requires_action');
    expect(await call(`/v1/payment_intents/${intent.id}/_authenticate`, { outcome })).toMatchObject({ status });
  });

  test('is confirmed once only, and not without a card', async () => {
    const open = await call('/v1/payment_intents', { amount: '100', currency: 'eur' });
    expect(open.status).toBe('requires_payment_method');
    expect((await call(`/v1/payment_intents/${open.id}/confirm`, {})).httpStatus).toBe(400);
    const { id } = await pay('pm_card_visa');
    const { error } = await call(`/v1/payment_intents/${id}/confirm`, { payment_method: 'pm_card_visa' });
    expect(error.code).toBe('payment_intent_unexpected_state');
  });

  test.each([
    [{ amount: '0' }, 'parameter_invalid_integer'],
    [{ amount: '12.50' }, 'parameter_invalid_integer'],
    [{ payment_method: 'pm_card_unheardOf' }, 'resource_missing'],
    [{ capture_method: 'manual' }, 'parameter_unknown'],
  ])('with %j is refused', async (wrong, code) => {
    expect((await pay('pm_card_visa', wrong as unknown as Record<string, string>)).error.code).toBe(code);
  });

  test('is nobody’s without the key, and a prototype’s name is no payment', async () => {
    expect((await call('/v1/payment_intents/pi_1', undefined, { authorization: 'Bearer no' })).httpStatus).toBe(401);
    expect((await call('/v1/payment_intents/constructor')).httpStatus).toBe(404);
  });
});

describe('idempotency keys', () => {
  const key = { 'idempotency-key': 'payment-1' };

  test('repeat the first answer, a decline included, without paying again', async () => {
    const first = await pay('pm_card_visa', {}, key);
    expect(await pay('pm_card_visa', {}, key)).toEqual({ ...first, replayed: 'true' });
    const other = { 'idempotency-key': 'payment-2' };
    const declined = await pay('pm_card_chargeDeclined', {}, other);
    expect(await pay('pm_card_chargeDeclined', {}, other)).toEqual({ ...declined, replayed: 'true' });
    expect(await events(4)).toHaveLength(4);
  });

  test('refuse another request under the same key', async () => {
    await pay('pm_card_visa', {}, key);
    const { httpStatus, error } = await pay('pm_card_visa', { amount: '9900' }, key);
    expect({ httpStatus, type: error.type }).toEqual({ httpStatus: 400, type: 'idempotency_error' });
  });

  test('are free again after a request that was malformed', async () => {
    expect((await pay('pm_card_visa', { amount: 'much' }, key)).httpStatus).toBe(400);
    expect((await pay('pm_card_visa', {}, key)).status).toBe('succeeded');
  });
});

describe('refunds', () => {
  test('give back a part, then the rest, and never more', async () => {
    const { id } = await pay('pm_card_visa');
    const refund = (amount?: string) => call('/v1/refunds', { payment_intent: id, ...(amount && { amount }) });
    expect(await refund('1500')).toMatchObject({ object: 'refund', amount: 1500, status: 'succeeded' });
    expect((await refund('3001')).error.param).toBe('amount');
    expect(await refund()).toMatchObject({ amount: 3000 });
    expect((await refund()).error.code).toBe('charge_already_refunded');
    const refunded = (await events(4)).filter(({ type }) => type === 'charge.refunded');
    expect(refunded.map(({ data }) => (data.object as Charge).amount_refunded).sort()).toEqual([1500, 4500]);
  });

  test('are not for payments that never came', async () => {
    const { error } = await pay('pm_card_chargeDeclined');
    const { httpStatus } = await call('/v1/refunds', { payment_intent: error.payment_intent.id });
    expect(httpStatus).toBe(400);
  });
});

describe('webhooks', () => {
  test('are sent again until they are taken', async () => {
    platform.answers.push(500, 500);
    await call('/v1/payment_intents', { amount: '100', currency: 'eur' });
    const received = await events(3);
    expect(new Set(received.map(({ id }) => id)).size).toBe(1);
  });

  test('go to endpoints added later, for the events they want, under their own secret', async () => {
    const other = await startReceiver();
    const wanted = { url: other.url, 'enabled_events[]': 'payment_intent.succeeded' };
    const endpoint = await call('/v1/webhook_endpoints', wanted);
    expect(endpoint).toMatchObject({ object: 'webhook_endpoint', enabled_events: ['payment_intent.succeeded'] });
    await pay('pm_card_visa');
    const [first] = await other.waitFor(1);
    expect(JSON.parse(first!.body).type).toBe('payment_intent.succeeded');
    const time = /^t=(\d+),/.exec(String(first!.headers['stripe-signature']))?.[1];
    expect(first!.headers['stripe-signature']).toBe(
      signatureOf(first!.body, endpoint.secret, new Date(Number(time) * 1000)),
    );
    await other.close();
  });

  test('can be made to arrive in the wrong order, or twice', async () => {
    await fault('out-of-order-webhooks');
    await pay('pm_card_visa');
    expect(types(await events(2))).toEqual(['payment_intent.succeeded', 'payment_intent.created']);
    await fault('duplicate-webhooks');
    await call('/v1/payment_intents', { amount: '100', currency: 'eur' });
    const [, , third, fourth] = await events(4);
    expect(fourth?.id).toBe(third?.id);
  });

  test('held back by a fault are let go when it is switched off', async () => {
    await fault('out-of-order-webhooks');
    await call('/v1/payment_intents', { amount: '100', currency: 'eur' });
    await fault('none');
    expect(types(await events(1))).toEqual(['payment_intent.created']);
  });
});

describe('a restart', () => {
  test('keeps payments, refunds and keys, and sends what was not yet taken', async () => {
    await fault('out-of-order-webhooks'); // holds the one event back, as a crash would
    const key = { 'idempotency-key': 'before' };
    const form = { amount: '700', currency: 'gbp' };
    const intent = await call('/v1/payment_intents', form, key);
    await simulator.close();
    await start();
    expect(types(await events(1))).toEqual(['payment_intent.created']);
    expect(await call(`/v1/payment_intents/${intent.id}`)).toMatchObject({ amount: 700 });
    expect(await call('/v1/payment_intents', form, key)).toEqual({ ...intent, replayed: 'true' });
  });
});
