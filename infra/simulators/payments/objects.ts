/** The parts of Stripe's objects the sandbox keeps, under Stripe's names. Amounts are in the currency's minor unit. */

export type IntentStatus = 'requires_payment_method' | 'requires_confirmation' | 'requires_action' | 'succeeded';

export interface PaymentIntent {
  readonly id: string;
  readonly object: 'payment_intent';
  readonly amount: number;
  readonly amount_received: number;
  readonly client_secret: string;
  readonly created: number;
  readonly currency: string;
  readonly description: string | null;
  readonly last_payment_error: PaymentError | null;
  readonly latest_charge: string | null;
  readonly livemode: false;
  readonly metadata: Metadata;
  readonly next_action: { readonly type: 'use_stripe_sdk'; readonly use_stripe_sdk: object } | null;
  readonly payment_method: string | null;
  readonly payment_method_types: readonly ['card'];
  readonly status: IntentStatus;
}

export type Metadata = Readonly<Record<string, string>>;

export interface PaymentError {
  readonly type: 'card_error';
  readonly code: 'card_declined' | 'payment_intent_authentication_failure';
  readonly decline_code?: 'generic_decline';
  readonly message: string;
}

export interface Refund {
  readonly id: string;
  readonly object: 'refund';
  readonly amount: number;
  readonly charge: string | null;
  readonly created: number;
  readonly currency: string;
  readonly metadata: Metadata;
  readonly payment_intent: string;
  readonly reason: string | null;
  readonly status: 'succeeded';
}

export interface Charge {
  readonly id: string;
  readonly object: 'charge';
  readonly amount: number;
  readonly amount_refunded: number;
  readonly currency: string;
  readonly metadata: Metadata;
  readonly payment_intent: string;
  readonly refunded: boolean;
}

export interface WebhookEndpoint {
  readonly id: string;
  readonly url: string;
  readonly secret: string;
  /** `*` is all of them. */
  readonly enabledEvents: readonly string[];
}

export type EventType =
  | 'payment_intent.created'
  | 'payment_intent.requires_action'
  | 'payment_intent.succeeded'
  | 'payment_intent.payment_failed'
  | 'charge.refunded';

export interface ProviderEvent {
  readonly id: string;
  readonly object: 'event';
  readonly api_version: string;
  readonly created: number;
  readonly data: { readonly object: PaymentIntent | Charge };
  readonly livemode: false;
  readonly type: EventType;
}

/** An answer in Stripe's error envelope. */
export class StripeError extends Error {
  override readonly name = 'StripeError';

  constructor(
    readonly status: number,
    readonly body: {
      readonly type: 'invalid_request_error' | 'idempotency_error' | 'card_error' | 'api_error';
      readonly message: string;
      readonly code?: string;
      readonly decline_code?: string;
      readonly param?: string;
      readonly payment_intent?: PaymentIntent;
    },
  ) {
    super(body.message);
  }
}

export function invalidRequest(message: string, details: { code?: string; param?: string } = {}): StripeError {
  return new StripeError(400, { type: 'invalid_request_error', message, ...details });
}

export function missing(kind: string, id: string, param: string): StripeError {
  const details = { message: `No such ${kind}: '${id}'`, code: 'resource_missing', param };
  return new StripeError(404, { type: 'invalid_request_error', ...details });
}
