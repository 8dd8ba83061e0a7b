import { isUniqueViolation, retryStale } from '#shared/database';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { regions } from '#shared/auth';
import { newId } from '#shared/ids';
import { type HttpRoute, readBody, type RouteContext, sendJson, type SystemAccess } from '#shared/subgraph';
import { type PaymentsPorts } from '../ports';
import { type ChargeOutcome } from '../provider/provider';
import { failureCodeOf, intentSchema } from '../provider/stripe-intent';
import { isSignedByProvider } from '../provider/stripe-signature';
import { Payment } from './payment.entity';
import { ProviderEvent } from './provider-event.entity';
import { recordOutcome } from './settlement.service';

const maxBytes = 256_000;

/** Callbacks that say something about a charge. The type decides: the object's state is that of whenever it was sent. */
const statusOfType: Readonly<Partial<Record<string, ChargeOutcome['status']>>> = {
  'payment_intent.succeeded': 'SUCCEEDED',
  'payment_intent.payment_failed': 'FAILED',
  'payment_intent.canceled': 'CANCELLED',
  'payment_intent.requires_action': 'REQUIRES_ACTION',
};

const eventSchema = z.object({
  id: z.string().regex(/^[\w-]{1,64}$/),
  type: z.string(),
  data: z.object({ object: z.unknown() }),
});

/** What our charges carry; an intent without it is not ours. */
const metadataSchema = z.object({
  payment_id: z.string().regex(/^pay_[0-9a-z]{26}$/),
  organisation_id: z.string().regex(/^org_[0-9a-z]{26}$/),
  region: z.enum(regions),
});

interface Callback {
  readonly eventId: string;
  readonly metadata: z.infer<typeof metadataSchema>;
  readonly outcome: ChargeOutcome;
}

/** The provider's webhook. https://docs.stripe.com/webhooks: at least once, in any order, answered with 2xx or repeated. */
export function paymentRoutes({ system, ports, log }: RouteContext<PaymentsPorts>): readonly HttpRoute[] {
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    receive({ system, ports }, request)
      .then(({ status, body }) => sendJson(response, status, body))
      .catch((error: unknown) => {
        log.error({ err: error }, 'A callback of the payment provider could not be taken');
        sendJson(response, 500, { error: 'INTERNAL_SERVER_ERROR' });
      });
  };
  return [{ path: '/v1/callbacks/payments', handle }];
}

async function receive(
  { system, ports }: { system: SystemAccess; ports: PaymentsPorts },
  request: IncomingMessage,
): Promise<{ status: number; body: object }> {
  const { webhookSecret: secret } = ports;
  if (request.method !== 'POST') return { status: 405, body: { error: 'METHOD_NOT_ALLOWED' } };
  if (secret === null) return { status: 503, body: { error: 'NOT_CONFIGURED' } };
  const body = await readBody(request, maxBytes);
  const signature = request.headers['stripe-signature'];
  const at = new Date();
  if (typeof signature !== 'string' || !isSignedByProvider(signature, body, { secret, at })) {
    return { status: 400, body: { error: 'INVALID_SIGNATURE' } };
  }
  const callback = readCallback(body);
  if (callback) await takeIn(system, callback, at);
  return { status: 200, body: { received: true } };
}

/** @returns null for what is not about a charge of ours: it is acknowledged and forgotten. */
function readCallback(body: Buffer): Callback | null {
  const { id: eventId, type, data } = eventSchema.parse(JSON.parse(body.toString('utf8')));
  const status = statusOfType[type];
  const intent = status && intentSchema.safeParse(data.object).data;
  const metadata = metadataSchema.safeParse(intent?.metadata).data;
  if (!status || !intent || !metadata) return null;
  const failureCode = status === 'FAILED' ? failureCodeOf(intent.last_payment_error) : null;
  return { eventId, metadata, outcome: { status, providerRef: intent.id, failureCode } };
}

/** Records what a callback says, once per event id, in one transaction with the note that it has been taken in. */
async function takeIn(system: SystemAccess, { eventId, metadata, outcome }: Callback, at: Date): Promise<void> {
  const { organisation_id: organisationId, region, payment_id: paymentId } = metadata;
  const unit = system.unitFor({ organisationId, region }, at);
  await retryStale(
    () =>
      unit.transaction(async (tx) => {
        const isKnown = (await tx.findBy(ProviderEvent, { providerEventId: eventId })) !== null;
        if (isKnown || !(await tx.find(Payment, paymentId))) return;
        await tx.create(ProviderEvent, { id: newId('evt'), providerEventId: eventId });
        await recordOutcome(tx, paymentId, outcome);
      }),
    isUniqueViolation,
  );
}
