import { Form } from './form';
import {
  invalidRequest,
  missing,
  StripeError,
  type Charge,
  type EventType,
  type PaymentError,
  type PaymentIntent,
  type Refund,
  type WebhookEndpoint,
} from './objects';
import { type PaymentState } from './state';
import { newId, type Webhooks } from './webhooks';

/** Test payment methods, under Stripe's names. */
const paymentMethods = ['pm_card_visa', 'pm_card_chargeDeclined', 'pm_card_authenticationRequired'] as const;
type PaymentMethod = (typeof paymentMethods)[number];

/** Taken because the SDK's users send them; the sandbox has cards only, so they change nothing. */
const withoutEffect = ['automatic_payment_methods', 'payment_method_types', 'return_url', 'expand'];

const declined: PaymentError = {
  ...{ type: 'card_error', code: 'card_declined', decline_code: 'generic_decline' },
  message: 'Your card was declined.',
};
const notAuthenticated: PaymentError = {
  ...{ type: 'card_error', code: 'payment_intent_authentication_failure' },
  message: 'The customer did not authenticate the payment.',
};

/** What happens to payments. Every method saves before it announces; a refusal throws StripeError. */
export class Ledger {
  constructor(
    private readonly state: PaymentState,
    private readonly webhooks: Webhooks,
    private readonly now: () => Date,
  ) {}

  get(id: string): PaymentIntent {
    const found = this.state.intents.get(id);
    if (!found) throw missing('payment_intent', id, 'intent');
    return found;
  }

  create(body: string): PaymentIntent {
    const known = ['amount', 'currency', 'metadata', 'confirm', 'payment_method', 'description', ...withoutEffect];
    const form = new Form(body, known);
    const method = methodIn(form);
    const intent = this.#newIntent(form, method);
    if (!form.flag('confirm')) return this.#record(intent, 'payment_intent.created');
    if (!method)
      throw invalidRequest('A payment method is needed to confirm', {
        code: 'parameter_missing',
        param: 'payment_method',
      });
    this.#record(intent, 'payment_intent.created');
    return this.#attempt(intent, method);
  }

  confirm(id: string, body: string): PaymentIntent {
    const intent = this.get(id);
    const form = new Form(body, ['payment_method', ...withoutEffect]);
    const method = methodIn(form) ?? asMethod(intent.payment_method);
    if (intent.status === 'succeeded' || intent.status === 'requires_action') throw unexpectedState(intent);
    if (!method) throw unexpectedState(intent);
    return this.#attempt(intent, method);
  }

  /** Stands in for the customer at the bank's page. */
  authenticate(id: string, body: string): PaymentIntent {
    const intent = this.get(id);
    const outcome = new Form(body, ['outcome']).required('outcome');
    if (intent.status !== 'requires_action') throw unexpectedState(intent);
    if (outcome === 'succeed') return this.#succeed(intent);
    if (outcome === 'fail') return this.#fail(intent, notAuthenticated);
    throw invalidRequest('outcome must be succeed or fail', { param: 'outcome' });
  }

  refund(body: string): Refund {
    const form = new Form(body, ['payment_intent', 'amount', 'reason', 'metadata', 'expand']);
    const intent = this.state.intents.get(form.required('payment_intent'));
    if (!intent) throw missing('payment_intent', form.required('payment_intent'), 'payment_intent');
    const left = intent.amount_received - this.state.refundedOf(intent.id);
    if (intent.status !== 'succeeded') throw unexpectedState(intent);
    if (left === 0) throw invalidRequest('The charge has already been refunded.', { code: 'charge_already_refunded' });
    const amount = form.amount('amount') ?? left;
    if (amount > left) {
      throw invalidRequest('The refund is greater than the amount left on the charge', { param: 'amount' });
    }
    const refund: Refund = {
      ...{ id: newId('re'), object: 'refund', amount, charge: intent.latest_charge, created: this.#unixTime() },
      ...{ currency: intent.currency, metadata: form.metadata(), payment_intent: intent.id },
      ...{ reason: form.text('reason'), status: 'succeeded' },
    };
    this.state.refunds.set(refund.id, refund);
    this.#announce('charge.refunded', this.#chargeOf(intent));
    return refund;
  }

  /** @returns the endpoint as Stripe shows it, its secret included this once. */
  addEndpoint(body: string): object {
    const form = new Form(body, ['url', 'enabled_events', 'description', 'metadata']);
    const url = form.required('url');
    if (!URL.canParse(url) || !/^https?:/.test(url))
      throw invalidRequest('Invalid URL', { code: 'url_invalid', param: 'url' });
    const enabledEvents = form.list('enabled_events');
    if (enabledEvents.length === 0) form.required('enabled_events');
    const endpoint: WebhookEndpoint = { id: newId('we'), url, secret: newId('whsec'), enabledEvents };
    this.state.endpoints.set(endpoint.id, endpoint);
    this.state.save();
    const { id, secret } = endpoint;
    return {
      id,
      object: 'webhook_endpoint',
      url,
      secret,
      enabled_events: enabledEvents,
      status: 'enabled',
      livemode: false,
    };
  }

  #newIntent(form: Form, method: PaymentMethod | null): PaymentIntent {
    form.required('amount');
    const amount = form.amount('amount') ?? 0;
    const currency = form.required('currency').toLowerCase();
    if (!/^[a-z]{3}$/.test(currency)) throw invalidRequest(`Invalid currency: ${currency}`, { param: 'currency' });
    const id = newId('pi');
    return {
      ...{ id, object: 'payment_intent', amount, amount_received: 0, client_secret: newId(`${id}_secret`) },
      ...{ created: this.#unixTime(), currency, description: form.text('description'), last_payment_error: null },
      ...{ latest_charge: null, livemode: false, metadata: form.metadata(), next_action: null },
      ...{ payment_method: method, payment_method_types: ['card'] },
      status: method ? 'requires_confirmation' : 'requires_payment_method',
    };
  }

  #attempt(intent: PaymentIntent, method: PaymentMethod): PaymentIntent {
    const tried = { ...intent, payment_method: method };
    switch (method) {
      case 'pm_card_visa':
        return this.#succeed(tried);
      case 'pm_card_authenticationRequired': {
        const action = { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect' } } as const;
        const waiting = { ...tried, status: 'requires_action', next_action: action } as const;
        return this.#record(waiting, 'payment_intent.requires_action');
      }
      case 'pm_card_chargeDeclined': {
        const failed = this.#fail(tried, declined);
        throw new StripeError(402, { ...declined, payment_intent: failed });
      }
    }
  }

  #succeed(intent: PaymentIntent): PaymentIntent {
    const { amount: amount_received } = intent;
    const settled = { amount_received, latest_charge: newId('ch'), last_payment_error: null, next_action: null };
    return this.#record({ ...intent, ...settled, status: 'succeeded' }, 'payment_intent.succeeded');
  }

  /** Back to the start, as Stripe does: the customer may try another card on the same intent. */
  #fail(intent: PaymentIntent, error: PaymentError): PaymentIntent {
    const reset = { payment_method: null, next_action: null, last_payment_error: error, latest_charge: newId('ch') };
    return this.#record({ ...intent, ...reset, status: 'requires_payment_method' }, 'payment_intent.payment_failed');
  }

  #record(intent: PaymentIntent, type: EventType): PaymentIntent {
    this.state.intents.set(intent.id, intent);
    this.#announce(type, intent);
    return intent;
  }

  #announce(type: EventType, object: PaymentIntent | Charge): void {
    const send = this.webhooks.publish(type, object);
    this.state.save();
    send();
  }

  #chargeOf({ id, amount, currency, metadata, latest_charge: charge }: PaymentIntent): Charge {
    const amount_refunded = this.state.refundedOf(id);
    return {
      ...{ id: charge ?? '', object: 'charge', amount, amount_refunded, currency, metadata },
      ...{ payment_intent: id, refunded: amount_refunded === amount },
    };
  }

  #unixTime(): number {
    return Math.floor(this.now().getTime() / 1000);
  }
}

/** @throws {StripeError} when the form names a method the sandbox does not have. */
function methodIn(form: Form): PaymentMethod | null {
  const name = form.text('payment_method');
  const method = asMethod(name);
  if (name !== null && !method) throw missing('PaymentMethod', name, 'payment_method');
  return method;
}

function asMethod(name: string | null): PaymentMethod | null {
  return paymentMethods.find((known) => known === name) ?? null;
}

function unexpectedState(intent: PaymentIntent): StripeError {
  const message = `This PaymentIntent's status is ${intent.status}, which does not allow this`;
  const code = 'payment_intent_unexpected_state';
  return new StripeError(400, { type: 'invalid_request_error', code, message, payment_intent: intent });
}
