import { z } from 'zod';
import { type ChargeOutcome } from './provider';

const errorSchema = z.object({ code: z.string().optional(), decline_code: z.string().nullish() });

/** The part of a Stripe PaymentIntent that matters here. https://docs.stripe.com/api/payment_intents/object */
export const intentSchema = z.object({
  id: z.string().regex(/^[\w-]{1,64}$/),
  status: z.string(),
  metadata: z.record(z.string(), z.string()).default({}),
  last_payment_error: errorSchema.nullish(),
});

export type Intent = z.infer<typeof intentSchema>;

/** Stripe's states as ours. One confirmed try without a method left is a refusal: we never confirm the same intent again. */
const statuses: Readonly<Record<string, ChargeOutcome['status']>> = {
  succeeded: 'SUCCEEDED',
  processing: 'PROCESSING',
  requires_action: 'REQUIRES_ACTION',
  requires_confirmation: 'PROCESSING',
  requires_capture: 'PROCESSING',
  requires_payment_method: 'FAILED',
  canceled: 'CANCELLED',
};

export function outcomeOf({ id, status, last_payment_error: error }: Intent): ChargeOutcome {
  const known = statuses[status] ?? 'PROCESSING';
  return { status: known, providerRef: id, failureCode: known === 'FAILED' ? failureCodeOf(error) : null };
}

/** The decline code says more than the code, which is mostly "card_declined". */
export function failureCodeOf(error: z.infer<typeof errorSchema> | null | undefined): string {
  const text = error?.decline_code ?? error?.code ?? 'declined';
  return text
    .toUpperCase()
    .replace(/[^A-Z0-9_]/g, '_')
    .slice(0, 64);
}
