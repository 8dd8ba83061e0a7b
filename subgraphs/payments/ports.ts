import { type PortHost } from '#shared/subgraph';
import { readPaymentsConfig } from './config';
import { type PaymentProvider } from './provider/provider';
import { stripeProvider } from './provider/stripe-provider';

/** What the payments subgraph needs of the world. */
export interface PaymentsPorts {
  /** Null when none is configured. */
  readonly provider: PaymentProvider | null;
  /** Signs the provider's callbacks; null when none is configured. */
  readonly webhookSecret: string | null;
  readonly leaseMs: number;
}

/** Chooses the adapter by the environment. */
export function paymentsPorts({ environment }: PortHost): PaymentsPorts {
  const { provider, leaseMs } = readPaymentsConfig(environment);
  return {
    provider: provider && stripeProvider(provider),
    webhookSecret: provider?.webhookSecret ?? null,
    leaseMs,
  };
}
