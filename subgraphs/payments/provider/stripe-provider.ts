import { z } from 'zod';
import { DomainError } from '#shared/errors';
import { type ProviderConfig } from '../config';
import { type Charge, type ChargeOutcome, type PaymentProvider } from './provider';
import { failureCodeOf, intentSchema, outcomeOf } from './stripe-intent';

const refusalSchema = z.object({
  error: z.object({
    type: z.string().optional(),
    code: z.string().optional(),
    decline_code: z.string().nullish(),
    payment_intent: z.object({ id: z.string() }).nullish(),
  }),
});

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** A payment provider that speaks Stripe's HTTP API. https://docs.stripe.com/api/payment_intents */
export function stripeProvider({ url, apiKey, timeoutMs }: ProviderConfig): PaymentProvider {
  const call = async (path: string, init: RequestInit): Promise<Answer> => {
    const headers = { authorization: `Bearer ${apiKey}`, ...(init.headers as Record<string, string> | undefined) };
    try {
      const response = await fetch(`${url}${path}`, {
        ...init,
        headers,
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      });
      return { status: response.status, body: await response.json() };
    } catch (cause) {
      throw unavailable(cause);
    }
  };
  return {
    name: 'stripe',
    async charge(charge) {
      const answer = await call('/v1/payment_intents', {
        method: 'POST',
        headers: { 'idempotency-key': charge.paymentId },
        body: formOf(charge),
      });
      return chargeOutcome(answer);
    },
    async retrieve(providerRef) {
      const { status, body } = await call(`/v1/payment_intents/${encodeURIComponent(providerRef)}`, { method: 'GET' });
      if (status === 200) return outcomeOf(parse(intentSchema, body));
      throw unavailable(new Error(`The payment provider answered ${String(status)}`));
    },
  };
}

/** Keys of nested values are written in brackets: https://docs.stripe.com/api/metadata */
function formOf(charge: Charge): URLSearchParams {
  return new URLSearchParams({
    amount: String(charge.amountMinor),
    currency: charge.currency.toLowerCase(),
    confirm: 'true',
    payment_method: charge.methodToken,
    'metadata[payment_id]': charge.paymentId,
    'metadata[invoice_id]': charge.invoiceId,
    'metadata[organisation_id]': charge.organisationId,
    'metadata[region]': charge.region,
  });
}

function chargeOutcome({ status, body }: Answer): ChargeOutcome {
  if (status === 200) return outcomeOf(parse(intentSchema, body));
  const { data } = refusalSchema.safeParse(body);
  if (data && isFinalRefusal(status, data.error)) return refusal(data);
  throw unavailable(new Error(`The payment provider answered ${String(status)}`));
}

/**
 * 402 says that the card was asked and refused; an invalid request (no such card, amount too small) that nothing was
 * charged, and asking again changes nothing. All else, a wrong key or a fault of the provider, can still turn out well.
 */
function isFinalRefusal(status: number, { type, code }: z.infer<typeof refusalSchema>['error']): boolean {
  if (status === 402) return true;
  if (type !== 'invalid_request_error') return false;
  return status === 400 || (status === 404 && code === 'resource_missing');
}

function refusal({ error }: z.infer<typeof refusalSchema>): ChargeOutcome {
  return { status: 'FAILED', providerRef: error.payment_intent?.id ?? null, failureCode: failureCodeOf(error) };
}

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const { data, error } = schema.safeParse(body);
  if (data === undefined) throw unavailable(error);
  return data;
}

function unavailable(cause: unknown): DomainError {
  return new DomainError(
    'UPSTREAM_UNAVAILABLE',
    'The payment provider did not answer; the payment is completed once it does',
    { cause },
  );
}
