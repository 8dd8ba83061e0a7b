import { type Region } from '#shared/auth';

/** What the provider is asked to do. Ids and amounts only: it learns nothing about the patient. */
export interface Charge {
  /** Comes back with the provider's callbacks, so that they find their way. */
  readonly organisationId: string;
  readonly region: Region;
  /** Also the idempotency key: asked twice, the provider charges once and answers the same. */
  readonly paymentId: string;
  readonly invoiceId: string;
  readonly amountMinor: number;
  /** ISO 4217 */
  readonly currency: string;
  /** The provider's own name of a card or account; we never see the number. */
  readonly methodToken: string;
}

/** What has come of a charge, as far as the provider knows by now. */
export interface ChargeOutcome {
  readonly status: 'PROCESSING' | 'REQUIRES_ACTION' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';
  /** The provider's id of the charge; null when it made none. */
  readonly providerRef: string | null;
  /** Why it failed, as a code in capitals. */
  readonly failureCode: string | null;
}

export interface PaymentProvider {
  /** Stored with each payment. */
  readonly name: string;
  /**
   * Charges once per payment id: asked again, it answers what it answered first.
   * @throws {DomainError} UPSTREAM_UNAVAILABLE when nobody knows whether it was charged; asking again is safe.
   */
  charge(charge: Charge): Promise<ChargeOutcome>;
  /**
   * How a charge it has made stands now.
   * @throws {DomainError} UPSTREAM_UNAVAILABLE
   */
  retrieve(providerRef: string): Promise<ChargeOutcome>;
}
