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

/** A payment provider that speaks Stripe's HTTP API. https://docs.stripe.com/api/payment_intents/create */
export function stripeProvider({ url, apiKey, timeoutMs }: ProviderConfig): PaymentProvider {
  return {
    name: 'stripe',
    async charge(charge) {
      const { status, body } = await post(`${url}/v1/payment_intents`, charge, { apiKey, timeoutMs });
      if (status === 200) return outcomeOf(parse(intentSchema, body));
      // Only 402 says that the card was asked and refused. Everything else is a matter between us and the provider.
      if (status === 402) return refusal(parse(refusalSchema, body));
      if (status === 400) return invalidRequest(body);
      throw unavailable(new Error(`The payment provider answered ${String(status)}`));
    },
  };
}

async function post(
  url: string,
  { paymentId, invoiceId, amountMinor, currency, methodToken }: Charge,
  { apiKey, timeoutMs }: { apiKey: string; timeoutMs: number },
): Promise<{ status: number; body: unknown }> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'idempotency-key': paymentId },
      body: new URLSearchParams({
        amount: String(amountMinor),
        currency: currency.toLowerCase(),
        confirm: 'true',
        payment_method: methodToken,
        'metadata[payment_id]': paymentId,
        'metadata[invoice_id]': invoiceId,
      }),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: response.status, body: await response.json() };
  } catch (cause) {
    throw unavailable(cause);
  }
}

function refusal({ error }: z.infer<typeof refusalSchema>): ChargeOutcome {
  return { status: 'FAILED', providerRef: error.payment_intent?.id ?? null, failureCode: failureCodeOf(error) };
}

/** The token names no card, or the amount is too small: nothing was charged, and asking again changes nothing. */
function invalidRequest(body: unknown): ChargeOutcome {
  const { data } = refusalSchema.safeParse(body);
  if (!data) throw unavailable(new Error('The payment provider answered 400 without saying why'));
  return refusal(data);
}

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const { data, error } = schema.safeParse(body);
  if (data === undefined) throw unavailable(error);
  return data;
}

function unavailable(cause: unknown): DomainError {
  return new DomainError('UPSTREAM_UNAVAILABLE', 'The payment provider did not answer; the payment is completed once it does', { cause });
}
