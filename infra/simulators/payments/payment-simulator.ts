import { FaultSwitch } from '../http/faults';
import { createSimulator, type Answer, type Exchange, type Simulator } from '../http/server';
import { isBearer } from '../http/signature';
import { Tasks } from '../http/tasks';
import { once } from './idempotency';
import { Ledger } from './ledger';
import { StripeError } from './objects';
import { PaymentState } from './state';
import { faultModes, Webhooks, type FaultMode } from './webhooks';

export interface PaymentSimulatorOptions {
  /** Clients send it as `Authorization: Bearer …`. */
  readonly apiKey: string;
  /** Gets every event from the start; more endpoints can be added over HTTP. */
  readonly webhook?: { readonly url: string; readonly secret: string };
  /** JSON file that carries the state over a restart. Without it, a restart forgets everything. */
  readonly statePath?: string;
  /** Pause before each further try of a webhook; default 1 s, 5 s, 30 s, 2 min. */
  readonly webhookRetryDelaysMs?: readonly number[];
  readonly now?: () => Date;
}

const configuredEndpoint = 'we_configured';
const notFound = envelope(new StripeError(404, { type: 'invalid_request_error', message: 'Unrecognized request URL' }));

/** A sandbox of a card payment provider that speaks a subset of Stripe's API. The contract is in the README. */
export function createPaymentSimulator(options: PaymentSimulatorOptions): Simulator {
  const { apiKey, webhook, webhookRetryDelaysMs: retryDelaysMs = [1_000, 5_000, 30_000, 120_000] } = options;
  const now = options.now ?? (() => new Date());
  const state = new PaymentState(options.statePath);
  const faults = new FaultSwitch<FaultMode>(faultModes);
  const tasks = new Tasks();
  const webhooks = new Webhooks({ state, faults, tasks, retryDelaysMs, now });
  const ledger = new Ledger(state, webhooks, now);
  if (webhook) state.endpoints.set(configuredEndpoint, { id: configuredEndpoint, ...webhook, enabledEvents: ['*'] });
  const simulator = createSimulator({
    routes: [
      { method: 'GET', path: '/health', handle: () => ({ status: 200, body: { status: 'ok' } }) },
      { method: 'POST', path: '/v1/_faults', handle: (exchange) => setFault(faults, webhooks, exchange) },
      ...routesOf(ledger).map(({ handle, ...route }) => ({
        ...route,
        handle: (exchange: Exchange) => once(state, exchange, () => answerOf(() => handle(exchange))),
      })),
    ],
    around: async (exchange, next) => {
      if (exchange.path === '/health' || exchange.path === '/v1/_faults') return next();
      if (faults.mode === 'down') return unavailable();
      if (faults.mode === 'slow') await faults.pause(tasks.signal);
      if (!isBearer(exchange.headers.authorization, apiKey)) return unauthorised();
      const answer = await translate(next);
      return faults.mode === 'garbage' ? { status: 200, body: '{"id": "pi_' } : answer;
    },
    notFound,
    stop: () => tasks.stop(),
  });
  return {
    close: () => simulator.close(),
    listen: async (port, host) => {
      const url = await simulator.listen(port, host);
      webhooks.resume();
      return url;
    },
  };
}

interface LedgerRoute {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly handle: (exchange: Exchange) => object;
}

function routesOf(ledger: Ledger): LedgerRoute[] {
  const idOf = ({ params }: Exchange): string => params['id'] ?? '';
  const intent = '/v1/payment_intents/:id';
  return [
    { method: 'POST', path: '/v1/payment_intents', handle: ({ body }) => ledger.create(body) },
    { method: 'GET', path: intent, handle: (exchange) => ledger.get(idOf(exchange)) },
    { method: 'POST', path: `${intent}/confirm`, handle: (exchange) => ledger.confirm(idOf(exchange), exchange.body) },
    { method: 'POST', path: '/v1/refunds', handle: ({ body }) => ledger.refund(body) },
    { method: 'POST', path: '/v1/webhook_endpoints', handle: ({ body }) => ledger.addEndpoint(body) },
    {
      method: 'POST',
      path: `${intent}/_authenticate`,
      handle: (exchange) => {
        if (!exchange.isLoopback) throw new StripeError(404, { type: 'invalid_request_error', message: 'Not here' });
        return ledger.authenticate(idOf(exchange), exchange.body);
      },
    },
  ];
}

function answerOf(act: () => object): Answer {
  try {
    return { status: 200, body: act() };
  } catch (error) {
    if (error instanceof StripeError) return envelope(error);
    throw error;
  }
}

async function translate(next: () => Promise<Answer>): Promise<Answer> {
  try {
    return await next();
  } catch (error) {
    if (error instanceof StripeError) return envelope(error);
    throw error;
  }
}

function envelope({ status, body }: StripeError): Answer {
  return { status, body: { error: body } };
}

function unavailable(): Answer {
  return envelope(new StripeError(503, { type: 'api_error', message: 'Switched on by a fault' }));
}

function unauthorised(): Answer {
  return envelope(new StripeError(401, { type: 'invalid_request_error', message: 'Invalid API Key provided' }));
}

function setFault(faults: FaultSwitch<FaultMode>, webhooks: Webhooks, { isLoopback, body }: Exchange): Answer {
  if (!isLoopback) return notFound;
  if (!faults.set(body)) {
    const message = `mode must be one of ${faultModes.join(', ')}`;
    return envelope(new StripeError(400, { type: 'invalid_request_error', message }));
  }
  if (faults.mode !== 'out-of-order-webhooks') webhooks.release();
  return { status: 200, body: { mode: faults.mode } };
}
